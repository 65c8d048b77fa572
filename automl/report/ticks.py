"""Ticks of logarithmic axes."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import Any

# So many have room on a small plot.
MOST_TICKS = 4


def thinned(part: Any) -> Any:
    """A part of a layout as it is, but for a logarithmic axis of known range: fewer ticks."""
    if not isinstance(part, dict) or part.get("type") != "log" or "range" not in part:
        return part
    shown = _ticks(*part["range"])
    return {**part, "tickvals": shown, "ticktext": [f"{each:.3g}" for each in shown]}


def _ticks(low: float, high: float) -> list[float]:
    """Ones, twos and fives, or of too many the ones alone; ``low`` and ``high`` are exponents."""
    powers = range(floor(low), ceil(high) + 1)
    found = [first * 10.0**power for power in powers for first in (1, 2, 5)]
    inside = [each for each in found if low <= log10(each) <= high]
    if len(inside) > MOST_TICKS:
        inside = [each for each in inside if f"{each:e}".startswith("1")]
    stride = max(1, -(-len(inside) // MOST_TICKS))
    return inside[::stride]
