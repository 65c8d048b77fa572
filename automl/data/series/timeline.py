"""A table in the order of its time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.series.numbers import is_number
from automl.data.series.time_columns import SLASHED, TimeColumns
from automl.data.series.times import are_dates, read_dates

if TYPE_CHECKING:
    import pandas as pd

# A step that is this much longer than the usual one is a gap.
GAP = 1.5


@dataclass(frozen=True, eq=False)
class Timeline:
    """Rows in the order of their time.

    Args:
        frame: The rows.
        time: Which of its columns say when.
        times: When each row was: datetime64, or numbers.
        notes: What the user should be told.
    """

    frame: pd.DataFrame
    time: TimeColumns
    times: pd.Series[Any]
    notes: tuple[str, ...]


def in_order(frame: pd.DataFrame, time: TimeColumns) -> Timeline:
    """Sort a table by its time.

    Args:
        frame: A row for each step.
        time: Which of its columns say when.

    Raises:
        DataError: The times cannot be read, or one occurs twice.
    """
    import pandas as pd

    if not time.names:
        note = "no column says when: the rows are taken in the order of the file"
        return Timeline(frame, time, pd.Series(np.arange(len(frame), dtype=np.float64)), (note,))
    times = time.read(frame)
    notes = list(_month_first(frame, time, times))
    if not times.is_monotonic_increasing:
        order = np.argsort(times.to_numpy(), kind="stable")
        frame, times = frame.iloc[order], times.iloc[order]
        notes.append("the rows were not in the order of their time, and were sorted")
    _check_unique(times, time.names)
    return Timeline(frame, time, times, (*notes, *_gaps(times)))


def _month_first(frame: pd.DataFrame, time: TimeColumns, times: pd.Series[Any]) -> tuple[str, ...]:
    """A note if dates were read month first, though day first makes other dates of them."""
    column = frame[time.names[0]]
    if is_number(column) or time.day_first or not re.match(SLASHED, str(column.iloc[0])):
        return ()
    if not are_dates(column, day_first=True) or read_dates(column, day_first=True).equals(times):
        return ()
    return (
        f"dates such as {column.iloc[0]!r} were read with the month first; if the day is, write "
        "dates with the year first (2024-01-31)",
    )


def _check_unique(times: pd.Series[Any], columns: tuple[str, ...]) -> None:
    twice = times.duplicated().to_numpy()
    if twice.any():
        where = f"column {columns[0]!r}" if len(columns) == 1 else f"columns {', '.join(columns)}"
        raise DataError(
            f"{where}: {int(twice.sum()):,} of {len(times):,} rows have the time of another, as "
            f"{times.iloc[int(twice.argmax())]}; a file holds one row for each time (several "
            "series go into a column each, or a file each), or --time names another column"
        )


def _gaps(times: pd.Series[Any]) -> tuple[str, ...]:
    """A note on the places where the time jumps; windows count rows and know nothing of them."""
    steps = times.diff().iloc[1:]
    if steps.empty:
        return ()
    usual = steps.median()
    long = (steps > usual * GAP).to_numpy()
    if not long.any():
        return ()
    first = times.iloc[int(long.argmax())]
    return (
        f"the time jumps by more than the usual {usual} at {int(long.sum()):,} of "
        f"{len(times):,} rows, first after {first}; windows count rows, as if nothing were missing",
    )
