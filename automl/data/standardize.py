"""Standardization: numbers at any level and spread, brought to mean 0 and standard deviation 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.data_types import Quantities

Doubles = npt.NDArray[np.float64]

# A standard deviation this much below the largest number comes from rounding alone.
ROUNDING = 8 * float(np.finfo(np.float64).eps)


def mean_and_std(values: npt.NDArray[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each variable, over the values that are not NaN.

    Computed one variable after the other, for windows may take most of the memory.

    Args:
        values: (…, variables).

    Returns:
        (variables,) each; a standard deviation of 0 is replaced by 1.
    """
    columns = (values[..., each].astype(np.float64) for each in range(values.shape[-1]))
    means, stds = zip(*map(_mean_and_std, columns), strict=True)
    return means, stds


def measure_quantities(names: Sequence[str], train: Doubles, steps: int = 1) -> Quantities:
    """The target of a regression or forecast, with statistics of the train split.

    Args:
        names: Name of each predicted quantity.
        train: (…, names) quantities of the train split, in their own units.
        steps: Steps that are predicted of each quantity.
    """
    return Quantities(tuple(names), *mean_and_std(train), steps)


def standardize(
    values: Doubles, mean: Sequence[float], std: Sequence[float]
) -> npt.NDArray[np.float32]:
    """``(values - mean) / std`` of (…, variables), computed in float64; NaN stays NaN."""
    units: npt.NDArray[np.float32] = ((values - np.array(mean)) / np.array(std)).astype(np.float32)
    return units


def _mean_and_std(column: Doubles) -> tuple[float, float]:
    known = column[~np.isnan(column)]
    largest = float(np.abs(known).max(initial=0.0))
    if not largest:
        return 0.0, 1.0
    scaled = known / largest  # squares of 1e200 are no number, those of 1e-200 are 0
    spread = float(scaled.std())
    return float(scaled.mean()) * largest, spread * largest if spread > ROUNDING else 1.0
