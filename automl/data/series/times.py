"""Reads times, as people write them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

# What whole numbers from the first up to the second mean.
YEARS = (1000, 3000)
DATES = (1000_00_00, 3000_00_00)  # 20240131
SECONDS = (10**8, 10**11)  # since 1970: of the years 1973 to 5138
MILLISECONDS = (10**11, 10**14)


def read_dates(column: pd.Series[Any], day_first: bool = False) -> pd.Series[Any]:
    """Dates in words or numbers, as datetime64 without a zone; UTC if there was one.

    Raises:
        DataError: One cannot be read.
    """
    return _parsed(column, dayfirst=day_first)


def are_dates(column: pd.Series[Any], day_first: bool = False) -> bool:
    """Whether ``read_dates`` can read them all."""
    try:
        read_dates(column, day_first)
    except DataError:
        return False
    return True


def read_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Years, dates written as 20240131, or (milli)seconds since 1970, as their size tells.

    Returns:
        datetime64; what is none of these stays a number.

    Raises:
        DataError: There is no such date.
    """
    import pandas as pd

    def all_in(bounds: tuple[int, int]) -> bool:
        whole = bool((column == column.round()).all())
        return whole and bool(column.between(*bounds, inclusive="left").all())

    for bounds, form in ((YEARS, "%Y"), (DATES, "%Y%m%d")):
        if all_in(bounds):
            return _parsed(column.astype("int64").astype(str), format=form)
    for bounds, unit in ((SECONDS, "s"), (MILLISECONDS, "ms")):
        if all_in(bounds):
            return pd.to_datetime(column, unit=unit)
    return column.astype("float64")


def read_parts(parts: pd.DataFrame) -> pd.Series[Any]:
    """Year, month and what more there is, a column each, as datetime64.

    Raises:
        DataError: They are no dates.
    """
    import pandas as pd

    named = parts.rename(columns=str.lower)
    try:
        return pd.to_datetime(named if "day" in named else named.assign(day=1))
    except ValueError as error:
        raise DataError(f"columns {', '.join(parts)} are no time: {error}") from None


def _parsed(
    column: pd.Series[Any], format: str | None = None, dayfirst: bool = False
) -> pd.Series[Any]:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas says that a format is slow to read
        times = pd.to_datetime(column, format=format, dayfirst=dayfirst, utc=True, errors="coerce")
    wrong = (times.isna() & column.notna()).to_numpy()
    if wrong.any():
        first = column.iloc[[int(wrong.argmax())]]
        value, row = str(first.item())[:60], int(first.index[0]) + 1
        raise DataError(f"column {column.name!r} is no time: {value!r} in row {row:,} is no date")
    return times.dt.tz_localize(None)
