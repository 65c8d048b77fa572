"""Pareto fronts: the points that no other point dominates.

A point has a number for each objective; smaller is better in all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

Point = tuple[float, ...]


def dominates(one: Point, other: Point) -> bool:
    """Whether ``one`` is nowhere worse than ``other``, and somewhere better."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def fronts(points: Sequence[Point]) -> list[int]:
    """The front of each point: 0 if no point dominates it, 1 if only those of front 0 do, etc.

    Source: Zhang et al., "An Efficient Approach to Nondominated Sorting for Evolutionary
    Multiobjective Optimization" (IEEE Transactions on Evolutionary Computation, 2015).
    """
    found = [0] * len(points)
    members: list[list[Point]] = []
    # In this order every point comes after all that dominate it.
    for at in sorted(range(len(points)), key=points.__getitem__):
        found[at] = _first_free(members, points[at])
        if found[at] == len(members):
            members.append([])
        members[found[at]].append(points[at])
    return found


def _first_free(members: Sequence[Sequence[Point]], point: Point) -> int:
    """Index of the first front without a member that dominates ``point``."""

    def is_free(front: Sequence[Point]) -> bool:
        # With two objectives, the last member of a front has its smallest second objective.
        rivals = front[-1:] if len(point) == 2 else front
        return not any(dominates(each, point) for each in reversed(rivals))

    return bisect_left(members, True, key=is_free)
