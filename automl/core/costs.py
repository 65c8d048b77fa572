"""What a model costs beside being wrong: latency, parameters and FLOPs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Each is for one example; latency is in milliseconds.
COSTS = ("latency", "parameters", "flops")
HEADINGS: Mapping[str, str] = {
    "latency": "latency (ms)",
    "parameters": "parameters",
    "flops": "FLOPs",
}


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
