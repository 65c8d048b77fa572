"""Finds the columns of a table that say when a row was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.series.numbers import is_number
from automl.data.series.times import are_dates, read_dates, read_numbers, read_parts
from automl.data.tables.target import check_column

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("time", "date", "datetime", "date time", "date_time", "timestamp", "ds", "year")
PARTS = ("year", "month", "day", "hour", "minute", "second")
DIGIT = re.compile(r"\d")
DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.")
SLASHED = r"^(\d{1,2})[/-]\d{1,2}[/-]"
LOOKED_AT = 100  # rows, to see whether a column holds dates


class TimeColumns(BaseModel):
    """Which columns say when a row was, and how it is written there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...] = ()
    """One column, or one each for the year, the month and so on; none if the rows are in order."""

    day_first: bool = False
    """Whether 1/2/2024 is in February. One file may show it, and the next, a shorter one, not."""

    def read(self, frame: pd.DataFrame) -> pd.Series[Any]:
        """When each row was: datetime64 without a zone (UTC if there was one), or plain numbers.

        Raises:
            DataError: A column is missing, or a row has no time or one that cannot be read.
        """
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise DataError(f"there is no column {absent[0]!r}, which says when a row was")
        if len(self.names) > 1:
            return read_parts(frame[list(self.names)])
        column = frame[self.names[0]]
        missing = column.isna().to_numpy()
        if missing.any():
            row = int(missing.argmax()) + 1
            raise DataError(
                f"column {column.name!r} has no time in row {row}; fill or drop the row"
            )
        return read_numbers(column) if is_number(column) else read_dates(column, self.day_first)


def find_time(frame: pd.DataFrame, given: str | None) -> TimeColumns:
    """The column that is given; else those of year, month and so on; else one with a name for it.

    Else the first that holds dates. Dates such as 31.1.2024 have the day first; 1/31/2024 and the
    like the month, unless one of them cannot.

    Raises:
        DataError: There is no column of the name that is given.
    """
    if given is not None:
        check_column(list(frame.columns), given, "--time")
    names = (given,) if given is not None else _find_names(frame)
    day_first = len(names) == 1 and _has_day_first(frame[names[0]])
    return TimeColumns(names=names, day_first=day_first)


def _find_names(frame: pd.DataFrame) -> tuple[str, ...]:
    named = {column.lower(): column for column in frame.columns}
    if {"year", "month"} <= named.keys():
        return tuple(named[part] for part in PARTS if part in named)
    called = (named[name] for name in NAMES if name in named)
    dates = (column for column in frame if _looks_like_dates(frame[column]))
    found = next(called, None) or next(dates, None)
    return () if found is None else (found,)


def _looks_like_dates(column: pd.Series[Any]) -> bool:
    # pandas takes a word such as "may" for a date as well.
    if is_number(column) or not DIGIT.search(str(column.iloc[0])):
        return False
    first = column.head(LOOKED_AT)
    return are_dates(first) or are_dates(first, day_first=True)


def _has_day_first(column: pd.Series[Any]) -> bool:
    if is_number(column):
        return False
    if DOTTED.match(str(column.iloc[0])):
        return True
    first_numbers = column.astype(str).str.extract(SLASHED, expand=False).dropna()
    return bool((first_numbers.astype(int) > 12).any())
