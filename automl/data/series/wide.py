"""Reads a wide table of series: a row for each, a column for each step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.series.numbers import Floats, as_numbers, is_number
from automl.data.series.rows import SeriesRows
from automl.data.tables.read import read_table
from automl.data.tables.target import check_column

if TYPE_CHECKING:
    import pandas as pd

LABELS = ("label", "class", "target", "y")


def read_wide(
    path: Path, target: str | None, group: str | None
) -> tuple[SeriesRows, tuple[str, ...]]:
    """Read series with labels, of one variable.

    Args:
        path: A table; its columns are steps in their order, but for those of label and group.
        target: The label's column. None: the only one that holds no numbers, else one with a name
            for it.
        group: The group's column; None if there is none.

    Returns:
        The series, and the columns that are no steps.

    Raises:
        DataError: The file cannot be read, a column is missing, or a row has no label or group.
    """
    frame = read_table(path)
    try:
        label = target or _find_label(frame.drop(columns=[group] if group else [], errors="ignore"))
        labels = _texts(frame, "--target", label)
        groups = _texts(frame, "--group", group) if group else None
        ignored = (label, group) if group else (label,)
        series = _series(frame.drop(columns=list(ignored)))
        return SeriesRows(_places(frame), series, labels, groups), ignored
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def read_unlabelled(path: Path, ignored: tuple[str, ...]) -> SeriesRows:
    """Read series of one variable.

    Args:
        path: A table; its columns are steps in their order.
        ignored: Columns that are no steps; they may be absent.

    Raises:
        DataError: The file cannot be read, or a value is no number.
    """
    frame = read_table(path)
    try:
        steps = frame.drop(columns=list(ignored), errors="ignore")
        return SeriesRows(_places(frame), _series(steps))
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def _find_label(frame: pd.DataFrame) -> str:
    texts = [column for column in frame if not is_number(frame[column])]
    if len(texts) == 1:
        return str(texts[0])
    called = [column for column in frame if column.lower() in LABELS]
    if len(called) != 1:
        raise DataError("which column holds the labels? name it with --target")
    return str(called[0])


def _texts(frame: pd.DataFrame, option: str, column: str) -> tuple[str, ...]:
    check_column(list(frame.columns), column, option)
    missing = frame[column].isna().to_numpy()
    if missing.any():
        row = int(missing.argmax()) + 1
        raise DataError(f"column {column!r} is empty in row {row}; fill it or drop the row")
    return tuple(frame[column].astype(str))


def _places(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(f"row {row}" for row in range(1, len(frame) + 1))


def _series(steps: pd.DataFrame) -> tuple[Floats, ...]:
    """Empty cells at the end of a row are steps that the series does not have."""
    if steps.shape[1] < 2:
        raise DataError("a row needs a number for each step, in a column each")
    columns: list[Any] = [as_numbers(steps[column]) for column in steps]
    values = np.stack(columns, axis=1).astype(np.float32)
    return tuple(row[: _length(row), None] for row in values)


def _length(row: Floats) -> int:
    known = np.flatnonzero(~np.isnan(row))
    return int(known[-1]) + 1 if len(known) else 0
