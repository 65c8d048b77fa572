"""The objective over the epochs, as schedules and early stopping look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Score(NamedTuple):
    """The objective at one measurement.

    Args:
        epoch: Epochs trained so far; a fraction inside an epoch.
        value: The objective, turned so that larger is better.
    """

    epoch: float
    value: float


def epochs_since_best(curve: Sequence[Score]) -> float:
    """Epochs from the first of the best scores to the last score; 0 where there is none."""
    if not curve:
        return 0.0
    best = max(curve, key=lambda score: score.value)
    return curve[-1].epoch - best.epoch
