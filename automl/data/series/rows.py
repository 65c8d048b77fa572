"""Series to classify, as a file holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.core.errors import DataError
from automl.data.series.numbers import Floats


@dataclass(frozen=True, eq=False)
class SeriesRows:
    """Series with their labels.

    Args:
        places: Where each is in its file: ``"line 12"``.
        series: float32 (length, variables) each, of any length; NaN where a value is missing.
        labels: Of each; None if the file has no labels.
        groups: Of each, whose series stay in one split; None if there are no groups.
    """

    places: tuple[str, ...]
    series: tuple[Floats, ...]
    labels: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None


def stack_rows(rows: SeriesRows) -> tuple[Floats, int]:
    """All series as one array, and how many missing values were filled.

    Returns:
        float32 (N, length, variables), nothing missing.

    Raises:
        DataError: The series are not of one length with the same variables, or one is empty.
    """
    expected = rows.series[0].shape
    filled = [
        check_series(place, series, expected)
        for place, series in zip(rows.places, rows.series, strict=True)
    ]
    return np.stack(filled), sum(int(np.isnan(series).sum()) for series in rows.series)


def check_series(place: str, series: Floats, expected: tuple[int, ...]) -> Floats:
    """The series with its missing values filled in.

    A missing value lies on the line between its neighbours; at an end, it is as its neighbour.

    Args:
        place: Where it is, for messages.
        series: (length, variables).
        expected: (length, variables) that it should have.

    Raises:
        DataError: It has another shape, or a variable without any value.
    """
    if series.shape != expected:
        have, want = describe_shape(series.shape), describe_shape(expected)
        raise DataError(
            f"{place}: {have}, where {want} are expected; all series need the same "
            "length: cut the longer ones, or fill up the shorter ones"
        )
    missing = np.isnan(series)
    if missing.all(axis=0).any():
        raise DataError(f"{place}: a variable has no value at all; leave the series out")
    return np.stack([_interpolated(each) for each in series.T], axis=1)


def describe_shape(shape: tuple[int, ...]) -> str:
    """Of (length, variables): ``"24 steps × 1 variable"``."""
    length, variables = shape
    return f"{length} steps × {variables} variable{'' if variables == 1 else 's'}"


def _interpolated(values: Floats) -> Floats:
    missing = np.isnan(values)
    if not missing.any():
        return values
    steps = np.arange(len(values))
    return np.interp(steps, steps[~missing], values[~missing]).astype(np.float32)
