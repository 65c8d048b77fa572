"""The forecast that every other has to beat."""

from __future__ import annotations

import numpy as np

from automl.data.dataset import Split
from automl.data.series.numbers import Floats


def seasonal_naive(split: Split, season: int) -> Floats:
    """What was a whole number of seasons ago; the last value where the window is too short.

    Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (2021), 5.2.

    Args:
        split: Windows whose first variables are those that are forecast.
        season: Steps after which a series repeats itself.

    Returns:
        float32 (N, steps, targets).
    """
    steps, targets = split.targets.shape[1:]
    repeats = season if season <= split.inputs.shape[1] else 1
    ahead = np.arange(1, steps + 1)
    ago = repeats * -(-ahead // repeats) - ahead
    forecast: Floats = split.inputs[:, -1 - ago, :targets]
    return forecast


def naive_note(split: Split, season: int) -> str:
    """What that forecast is worth on a split, for people to compare with."""
    error = float(np.abs(seasonal_naive(split, season) - split.targets).mean())
    ago = "the last value" if season == 1 else f"the value a season ({season} steps) before"
    return f"to compare with: {ago} as the forecast has a mae of {error:.4g} on validation"
