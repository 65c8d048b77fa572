"""Columns of a table as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float32]
LARGEST = float(np.finfo(np.float32).max)


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers, or yes and no, and nothing else."""
    from pandas.api.types import is_numeric_dtype

    return bool(is_numeric_dtype(column))


def as_numbers(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """The column's values (N,); NaN where one is missing, infinite or beyond float32.

    Raises:
        DataError: A value is no number; names the first, with its row counted from 1.
    """
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy())
    if len(wrong):
        first = column.iloc[[wrong[0]]]
        value, row = first.item(), int(first.index[0]) + 1  # of the file, however it was sorted
        raise DataError(f"column {column.name!r} (={value!r} in row {row}) must be a number")
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def mean_and_std(values: npt.NDArray[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of each of the last axis's variables, over what is not missing; a spread of 0 counts as 1.

    One variable after the other: windows may take much of the memory.
    """
    columns = (values[..., each].astype(np.float64) for each in range(values.shape[-1]))
    pairs = [(float(np.nanmean(column)), float(np.nanstd(column))) for column in columns]
    # What is constant has rounding errors for a spread, and would be blown up by them.
    kept = [std if std > 1e-6 * max(1.0, abs(mean)) else 1.0 for mean, std in pairs]
    return tuple(mean for mean, _ in pairs), tuple(kept)
