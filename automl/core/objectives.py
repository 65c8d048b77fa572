"""Objectives: what a model costs beside being wrong, and Pareto fronts of several objectives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Each is for one example; latency is in milliseconds.
COSTS = ("latency", "parameters", "flops")
HEADINGS: Mapping[str, str] = {
    "latency": "latency (ms)",
    "parameters": "parameters",
    "flops": "FLOPs",
}
# A number for each objective; smaller is better in all of them.
Point = tuple[float, ...]


def amount(cost: str, number: float | None) -> str:
    """A cost in the unit of its heading, for tables: ``"0.312"``, ``"12,345"``, ``"-"``."""
    if number is None:
        return "-"
    return f"{number:,.3f}" if cost == "latency" else f"{number:,.0f}"


def in_words(cost: str, number: float) -> str:
    """A cost with its unit: ``"0.312 ms"``, ``"12,345 parameters"``."""
    unit = "ms" if cost == "latency" else HEADINGS[cost]
    return f"{amount(cost, number)} {unit}"


@dataclass(frozen=True)
class NetworkProfile:
    """A network before it is built.

    Args:
        num_parameters: Number of parameters.
        flops: Floating-point operations of the forward pass of one example.
        rows: The layers in order: name, output shape, number of parameters.
    """

    num_parameters: int
    flops: int
    rows: tuple[tuple[str, tuple[int, ...], int], ...] = ()


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
