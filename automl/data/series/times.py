"""When each row of a table was: the columns that say so, and what the calendar says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.cells.date_formats import DateFormats, find_date_formats
from automl.data.cells.dates import read_moment
from automl.data.series.arrays import holds_numbers
from automl.data.tables.columns import as_text, given_format
from automl.data.tables.roles import check_column

if TYPE_CHECKING:
    import pandas as pd

TIME_NAMES = (
    *("time", "date", "datetime", "date time", "date_time", "timestamp", "ds", "datum", "fecha"),
    *("utc_timestamp", "time_stamp", "period", "quarter", "month", "week", "day", "year"),
)

DATE_FIELDS = ("year", "month", "day", "hour", "minute", "second")
DATES, CLOCKS = ("date", "datum", "fecha", "day"), ("time", "hour", "zeit", "uhrzeit", "hora")
CLOCK = re.compile(r"\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?m\.?)?\s*", re.I)

ROWS_LOOKED_AT = 200
"""Rows that are read to see whether a column holds dates."""

Cycle = Literal["day", "week", "year"]
DAYS: dict[Cycle, float] = {"day": 1.0, "week": 7.0, "year": 365.25}
SECONDS_OF_DAY = 86_400


class TimeColumns(BaseModel):
    """The columns that say when a row was, and how times are written there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...] = ()
    """One column; a column of dates and one of times of day; or one each for year, month and so on;
    empty if the rows are in order."""

    forms: tuple[str, ...] = ()
    """How texts are written, in the codes of ``strptime``; empty for plain numbers and for columns
    of year, month and so on. They are kept because a shorter file may not show whether 1/2/2024 is
    in February."""

    utc: bool = True
    """Whether times with a zone are converted to UTC; else they stay as clocks showed them."""

    @property
    def is_utc(self) -> bool:
        """Whether times had a zone, and are in UTC."""
        return self.utc and any("%z" in form for form in self.forms)

    def read(self, frame: pd.DataFrame) -> pd.Series[Any]:
        """The time of each row: datetime64[us] without a zone, or float64.

        Raises:
            DataError: A column is missing, or a row has no time that can be read.
        """
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise DataError(f"there is no column {absent[0]!r}, which says when a row was")
        if len(self.names) > 1 and not self.forms:
            return _read_fields(frame[list(self.names)])
        _check_complete(frame[list(self.names)])
        column = frame[self.names[0]]
        if column.dtype.kind == "M":
            return _without_zone(column)
        if not self.forms and holds_numbers(column):
            return column.astype("float64")
        texts = _texts(frame, self.names)
        forms = self.forms or _forms(texts, self.names, None).forms
        return _as_times(texts, forms, self.utc, ", ".join(self.names))


def find_time(
    frame: pd.DataFrame, given: str | None, form: str | None = None
) -> tuple[TimeColumns, tuple[str, ...]]:
    """The columns that say when each row was, and sentences for the user on how they are read.

    That is the column that is given; else those of year, month and so on; else one with a usual
    name, with the time of day beside it; else the first that holds dates.

    Args:
        frame: The table.
        given: A column, or a column of dates and one of times of day with a comma between them;
            None finds it.
        form: How texts are written, in the codes of ``strptime``; None finds it.

    Raises:
        DataError: There is no such column, or the form is wrong or does not fit.
    """
    names = _given_names(frame, given) if given is not None else _find_names(frame)
    if not names or _are_fields(names) or frame[names[0]].dtype.kind == "M":
        return TimeColumns(names=names), ()
    _check_complete(frame[list(names)])
    texts = _texts(frame, names)
    found = _maybe_numbers(frame[names[0]], names, form) or _forms(texts, names, form)
    if not found.forms:
        return TimeColumns(names=names), ()
    notes = (found.note,) if found.note else ()
    utc = not _are_clocks(texts, found.forms)
    return TimeColumns(names=names, forms=found.forms, utc=utc), notes


def _given_names(frame: pd.DataFrame, given: str) -> tuple[str, ...]:
    columns = list(frame.columns)
    several = tuple(each.strip() for each in given.split(","))
    names = several if given not in columns and len(several) > 1 else (given,)
    return tuple(check_column(columns, name, "--time") for name in names)


def _find_names(frame: pd.DataFrame) -> tuple[str, ...]:
    named = {str(column).strip().lower(): column for column in frame.columns}
    if {"year", "month"} <= named.keys() and all(
        holds_numbers(frame[named[n]]) for n in ("year", "month")
    ):
        return tuple(named[field] for field in DATE_FIELDS if field in named)
    dates = [named[name] for name in DATES if name in named]
    clocks = [named[name] for name in CLOCKS if name in named and _holds_clocks(frame[named[name]])]
    if dates and clocks:
        return dates[0], clocks[0]
    called = [
        named[name]
        for name in TIME_NAMES
        if name in named and not _holds_clocks(frame[named[name]])
    ]
    if called:
        return (next((each for each in called if _holds_dates(frame[each])), called[0]),)
    return tuple(column for column in frame if _holds_dates(frame[column]))[:1]


def _are_fields(names: tuple[str, ...]) -> bool:
    return len(names) > 1 and all(name.lower() in DATE_FIELDS for name in names)


def _holds_dates(column: pd.Series[Any]) -> bool:
    if column.dtype.kind == "M":
        return True
    first = as_text(column.dropna().head(ROWS_LOOKED_AT))
    return len(first) > 0 and find_date_formats(first, str(column.name)) is not None


def _holds_clocks(column: pd.Series[Any]) -> bool:
    first = as_text(column.dropna().head(ROWS_LOOKED_AT))
    return len(first) > 0 and all(map(CLOCK.fullmatch, first))


def _check_complete(columns: pd.DataFrame) -> None:
    for name in columns:
        missing = columns[name].isna().to_numpy()
        if missing.any():
            row = int(columns.index[int(missing.argmax())]) + 1
            raise DataError(f"column {name!r} has no time in row {row:,}; fill or drop the row")


def _texts(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series[Any]:
    texts = as_text(frame[names[0]])
    for name in names[1:]:
        texts = texts.str.strip() + " " + as_text(frame[name]).str.strip()
    return texts


def _maybe_numbers(
    column: pd.Series[Any], names: tuple[str, ...], form: str | None
) -> DateFormats | None:
    """The formats of a column of numbers, empty if they are not dates; None for other columns."""
    if not holds_numbers(column) or len(names) > 1 or form is not None:
        return None
    return find_date_formats(as_text(column), names[0]) or DateFormats(())


def _forms(texts: pd.Series[Any], names: tuple[str, ...], form: str | None) -> DateFormats:
    name = ", ".join(names)
    if form is not None:
        return given_format(form)
    found = find_date_formats(texts, name)
    if found is None:
        first = find_date_formats(texts.head(1), name)
        wrong = texts if first is None else _unread(texts, first.forms)
        value, row = str(wrong.iloc[0])[:60], int(wrong.index[0]) + 1
        raise DataError(
            f"column {name!r} is not a time: {value!r} in row {row:,} is not a date like the "
            "others; --time names another column, --time-format says how dates are written"
        )
    return found


def _unread(texts: pd.Series[Any], forms: tuple[str, ...]) -> pd.Series[Any]:
    def is_wrong(text: str) -> bool:
        try:
            read_moment(text, forms)
        except ValueError:
            return True
        return False

    wrong = texts[texts.map(is_wrong)]
    return wrong if len(wrong) else texts


def _as_times(
    texts: pd.Series[Any], forms: tuple[str, ...], utc: bool, name: str
) -> pd.Series[Any]:
    import pandas as pd

    codes, different = pd.factorize(texts)
    moments = []
    for at, text in enumerate(different):
        try:
            moments.append(read_moment(text, forms, utc))
        except ValueError:
            row = int(texts.index[int((codes == at).argmax())]) + 1
            raise DataError(
                f"column {name!r} is not a time: {text[:60]!r} in row {row:,} is not a date of the "
                f"form {' or '.join(forms)}"
            ) from None
    times = np.array(moments, dtype="datetime64[us]")[codes]
    return pd.Series(times, index=texts.index)


def _are_clocks(texts: pd.Series[Any], forms: tuple[str, ...]) -> bool:
    """Whether times are best read as clocks showed them: they have one zone, or are days.

    A shop's day begins at midnight in summer and in winter; hours continue when clocks change.
    """
    if not any("%z" in form for form in forms):
        return True
    shown = list(_moments(texts, forms, utc=False))
    offsets = {
        clock - moment
        for clock, moment in zip(shown, _moments(texts, forms, utc=True), strict=True)
    }
    times_of_day = {(moment - datetime.min).total_seconds() % SECONDS_OF_DAY for moment in shown}
    return len(offsets) == 1 or len(times_of_day) == 1


def _moments(texts: pd.Series[Any], forms: tuple[str, ...], utc: bool) -> Iterator[datetime]:
    for text in texts.unique():
        try:
            yield read_moment(text, forms, utc)
        except ValueError:
            continue


def _without_zone(column: pd.Series[Any]) -> pd.Series[Any]:
    zoned = getattr(column.dt, "tz", None) is not None
    return (column.dt.tz_convert(None) if zoned else column).astype("datetime64[us]")


def _read_fields(fields: pd.DataFrame) -> pd.Series[Any]:
    """Times of columns for the year, the month and so on."""
    import pandas as pd

    _check_complete(fields)
    named = fields.rename(columns=str.lower)
    try:
        times = pd.to_datetime(named if "day" in named else named.assign(day=1))
    except (ValueError, OverflowError) as error:
        raise DataError(f"columns {', '.join(fields)} are not a time: {error}") from None
    return times.astype("datetime64[us]")


def days_of(times: pd.Series[Any]) -> npt.NDArray[np.float64] | None:
    """Days since 1970 with their fractions, float64 (N,); None if times are plain numbers."""
    import pandas as pd

    if times.dtype.kind != "M":
        return None
    start = pd.Timestamp(0).as_unit("us")  # nanoseconds end with the year 2262
    days: npt.NDArray[np.float64] = ((times - start) / pd.Timedelta(days=1)).to_numpy()
    return days


def season_of(times: pd.Series[Any]) -> int:
    """Steps after which a series like this usually repeats itself; 1 if the calendar does not say.

    That is a day for steps of hours or less, a week for days (5 steps if only working days occur),
    and a year for weeks, months and quarters.
    """
    days = days_of(times)
    if days is None or len(days) < 2:
        return 1
    step = float(np.median(np.diff(days)))
    if step <= 0.5:
        return round(1 / step)
    if 0.9 <= step <= 1.1:
        return int(times.dt.day_of_week.nunique())
    cycles = {52: (6.5, 7.5), 12: (28, 31), 4: (89, 92)}
    return next((season for season, (low, high) in cycles.items() if low <= step <= high), 1)


def cycles_of(times: pd.Series[Any]) -> tuple[Cycle, ...]:
    """The cycles whose place is worth knowing: they have several steps, and occur at least twice.

    In a year that was never complete, the place in it is no more than a trend.
    """
    days = days_of(times)
    if days is None or len(days) < 2:
        return ()
    step, span = float(np.median(np.diff(days))), float(days[-1] - days[0])
    return tuple(name for name, length in DAYS.items() if 2 * step <= length and 2 * length <= span)


def places_in(cycle: Cycle, times: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """The place of each time in a cycle as sine and cosine, (N, 2): its end is near its start."""
    of_day = (times - times.dt.normalize()) / np.timedelta64(1, "D")
    since = {
        "day": of_day,
        "week": times.dt.day_of_week + of_day,
        "year": times.dt.day_of_year - 1 + of_day,
    }[cycle]
    angle = since.to_numpy(np.float64) * (2 * np.pi / DAYS[cycle])
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)
