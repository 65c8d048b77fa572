"""Columns and whole series as arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.text import count

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


def holds_numbers(column: pd.Series[Any]) -> bool:
    """Whether a column holds only numbers or booleans."""
    from pandas.api.types import is_numeric_dtype

    return bool(is_numeric_dtype(column))


def as_numbers(column: pd.Series[Any]) -> Doubles:
    """The values of a column, float64 (N,); NaN where one is missing or infinite.

    Raises:
        DataError: A value is not a number.
    """
    import pandas as pd

    if not holds_numbers(column):
        column = column.map(_yes_or_no)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy())
    if len(wrong):
        first = column.iloc[[wrong[0]]]
        value, row = first.item(), int(first.index[0]) + 1  # of the file, however it was sorted
        raise DataError(f"column {column.name!r} (={value!r} in row {row}) must be a number")
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _yes_or_no(value: Any) -> Any:
    """1 and 0 for true and false in any case; other values as they are."""
    if not isinstance(value, str):
        return value
    return {"true": 1.0, "false": 0.0}.get(value.lower(), value)


@dataclass(frozen=True, eq=False)
class SeriesRows:
    """Series as a file holds them.

    Args:
        places: Place of each series in its file: ``"line 12"``.
        series: float32 (length, variables) arrays of any length; NaN where a value is missing.
        labels: Label of each series; None if the file has no labels.
        groups: Group of each series, whose series stay in one split; None if there are no groups.
    """

    places: tuple[str, ...]
    series: tuple[Floats, ...]
    labels: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None


def stack_rows(rows: SeriesRows) -> tuple[Floats, int]:
    """All series as one array, with missing values filled in.

    Returns:
        float32 (N, longest, variables), NaN behind shorter series and nowhere else; and the number
        of missing values that were filled in.

    Raises:
        DataError: Series differ in their number of variables, or one is empty.
    """
    longest = max(len(series) for series in rows.series)
    shape = longest, rows.series[0].shape[1]
    filled = [
        check_series(place, series, shape, padded=True)
        for place, series in zip(rows.places, rows.series, strict=True)
    ]
    return np.stack(filled), sum(int(np.isnan(series).sum()) for series in rows.series)


def check_series(
    place: str, series: Floats, expected: tuple[int, int], padded: bool = False
) -> Floats:
    """A series with missing values filled in, and NaN behind it if it is shorter than expected.

    A missing value is interpolated between its neighbours; at an end it repeats its neighbour.

    Args:
        place: Place of the series in its file, for messages.
        series: float32 (length, variables).
        expected: (length, variables) that it should have.
        padded: Whether it may be shorter.

    Returns:
        float32 of the expected shape.

    Raises:
        DataError: The series has another shape, or a variable without any value.
    """
    length, variables = expected
    fits = 0 < len(series) <= length if padded else len(series) == length
    if not fits or series.shape[1] != variables:
        have, want = describe_shape(series.shape), describe_shape(expected)
        most = "at most " if padded else ""
        raise DataError(f"{place}: {have}, where {most}{want} are expected")
    missing = np.isnan(series)
    if missing.all(axis=0).any():
        raise DataError(f"{place}: a variable has no value at all; leave the series out")
    whole = np.stack([_interpolated(each) for each in series.T], axis=1)
    return np.pad(whole, [(0, length - len(whole)), (0, 0)], constant_values=np.nan)


def describe_shape(shape: tuple[int, ...]) -> str:
    """(length, variables) in words: ``"24 steps × 1 variable"``."""
    length, variables = shape
    return f"{length} steps × {count(variables, 'variable')}"


def _interpolated(values: Floats) -> Floats:
    missing = np.isnan(values)
    if not missing.any():
        return values
    steps = np.arange(len(values))
    return np.interp(steps, steps[~missing], values[~missing]).astype(np.float32)
