"""The least and the greatest value that a metric can have."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "accuracy": (0.0, 1.0),
    "macro_f1": (0.0, 1.0),
    "auroc": (0.0, 1.0),
    "rmse": (0.0, inf),
    "mae": (0.0, inf),
    "r2": (-inf, 1.0),
    "loss": (0.0, inf),
}


def clip(metric: str, value: float) -> float:
    """The value nearest to ``value`` that the metric can have."""
    low, high = BOUNDS[metric]
    return min(max(value, low), high)
