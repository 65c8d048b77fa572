"""Shares as bars of characters."""

from __future__ import annotations

from collections.abc import Mapping

# The widest that a bar gets, however wide the terminal is.
LONGEST = 40
SHORTEST = 4


def draw_bars(shares: Mapping[str, float], width: int) -> str:
    """A line for each share of 1: its name, a bar and its percentage.

    Args:
        shares: Name -> share, from 0 to 1; the largest is given the longest bar.
        width: Characters that a line may have; names are never cut, so that long ones take more.
    """
    if not shares:
        return ""
    longest_name = max(map(len, shares))
    room = min(max(width - longest_name - len("  100%  "), SHORTEST), LONGEST)
    largest = max(shares.values()) or 1.0
    lines = (
        f"{name:<{longest_name}}  {_percent(share)}  {'█' * _length(share / largest, room)}"
        for name, share in shares.items()
    )
    return "\n".join(line.rstrip() for line in lines)


def _length(share: float, room: int) -> int:
    """What is not nothing can be seen."""
    return max(round(share * room), 1) if share > 0 else 0


def _percent(share: float) -> str:
    return " <1%" if 0 < share < 0.005 else f"{share:4.0%}"
