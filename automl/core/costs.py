"""What a model may cost beside being wrong, by the names that spaces and flags have for it."""

from __future__ import annotations

from collections.abc import Mapping

# All are of one example's way through the network; latency is in milliseconds.
COSTS = ("latency", "parameters", "flops")
HEADINGS: Mapping[str, str] = {
    "latency": "latency (ms)",
    "parameters": "parameters",
    "flops": "FLOPs",
}


def amount(cost: str, number: float | None) -> str:
    """What a model costs, in the unit of its heading: ``"0.312"``, ``"12,345"``; or a dash."""
    if number is None:
        return "-"
    return f"{number:,.3f}" if cost == "latency" else f"{number:,.0f}"


def in_words(cost: str, number: float) -> str:
    """The same with its unit: ``"0.312 ms"``, ``"12,345 parameters"``."""
    unit = "ms" if cost == "latency" else HEADINGS[cost]
    return f"{amount(cost, number)} {unit}"
