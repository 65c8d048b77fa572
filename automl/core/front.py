"""Pareto fronts: of several points those that no other beats.

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
    """Which front each point is on: 0 if none dominates it, 1 if only those of 0 do, and so on.

    Source: Zhang et al., "An Efficient Approach to Nondominated Sorting for Evolutionary
    Multiobjective Optimization" (IEEE Transactions on Evolutionary Computation, 2015).
    """
    found = [0] * len(points)
    members: list[list[Point]] = []
    # In this order whatever dominates a point comes before it.
    for at in sorted(range(len(points)), key=points.__getitem__):
        found[at] = _first_free(members, points[at])
        if found[at] == len(members):
            members.append([])
        members[found[at]].append(points[at])
    return found


def _first_free(members: Sequence[Sequence[Point]], point: Point) -> int:
    """The first front of which no member dominates ``point``; all fronts before it do."""

    def is_free(front: Sequence[Point]) -> bool:
        # Of two objectives the last member of a front has the smallest second one of all.
        rivals = front[-1:] if len(point) == 2 else front
        return not any(dominates(each, point) for each in reversed(rivals))

    return bisect_left(members, True, key=is_free)
