"""The columns of a table: their values, whatever types a file gave them, and what each learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import floor, log10
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, field_validator

from automl.core.errors import DataError
from automl.core.text import number
from automl.data.cells.date_formats import DateFormats, find_date_formats, given_date_format
from automl.data.cells.dates import ISO, check_date_format, read_moment
from automl.data.cells.numbers import PLAIN_FORMAT, NumberFormat, most_texts
from automl.data.cells.values import is_missing, spellings

if TYPE_CHECKING:
    import pandas as pd

Moments = list[datetime | None]
Values = npt.NDArray[np.float32]
DatePart = Literal["year", "month", "day", "day_of_week", "hour"]
DATE_PARTS: tuple[DatePart, ...] = ("year", "month", "day", "day_of_week", "hour")
LARGEST = float(np.finfo(np.float64).max)
TINY, HUGE = 1e-100, 1e100
"""Range within which differences of numbers neither vanish nor overflow."""
FURTHEST = float(np.finfo(np.float32).max)
"""Largest distance of a number from the center, in units of the scale."""
MOST_VALUES = 50
"""Largest number of values of a category that get an index of their own."""
FEWEST_ROWS = 3
"""Rows that a value needs for an index of its own."""


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as strings, missing ones as they are; whole numbers are written without a fraction.

    pandas turns whole numbers into floats where some are missing.
    """
    return values.astype(object).map(_as_text, na_action="ignore")


def _as_text(value: Any) -> str:
    is_whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if is_whole else str(value)


def is_nested(values: pd.Series[Any]) -> bool:
    """Whether any value is a list or an object."""
    from pandas.api import types

    return values.dtype == object and not all(map(types.is_scalar, values))


def is_number(values: pd.Series[Any]) -> bool:
    """Whether all values are numbers, also Decimal and integers of any length; not booleans."""
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return not types.is_bool_dtype(values)
    return types.infer_dtype(values, skipna=True) in ("integer", "mixed-integer-float", "decimal")


def find_dates(values: pd.Series[Any], given: str | None = None) -> DateFormats | None:
    """The formats of the dates in a column of texts; None if it holds no dates.

    Args:
        values: Column of texts.
        given: Format that the user names, used if it fits; None to find it.

    Raises:
        DataError: Dates cannot be read by the given format.
    """
    texts = as_text(values.dropna()).tolist()
    if given is not None:
        form = given_format(given)
        if texts and _count_unread(texts, form.forms) <= most_texts(len(texts)):
            return form
    return find_date_formats(texts, str(values.name))


def given_format(form: str) -> DateFormats:
    """The format that a user names with --time-format.

    Raises:
        DataError: Dates cannot be read by it.
    """
    try:
        return given_date_format(form)
    except ValueError as error:
        raise DataError(f"--time-format {form!r}: {error}") from None


def read_dates(values: pd.Series[Any], forms: Sequence[str]) -> Moments:
    """The moments in a column, in UTC without a zone; None where a value is missing or no date.

    Args:
        values: Texts or dates.
        forms: Formats of the texts; none for dates, and for texts as in ISO 8601.
    """
    from pandas.api import types

    if types.is_datetime64_any_dtype(values) or not forms:
        return _read_typed(values)
    texts = as_text(values)
    read = _read_texts(set(texts.dropna()), (*forms, *ISO))
    return [read.get(text) for text in texts]


def _read_typed(values: pd.Series[Any]) -> Moments:
    import pandas as pd

    found = pd.to_datetime(values, errors="coerce", utc=True)
    return [None if each is pd.NaT else each.to_pydatetime().replace(tzinfo=None) for each in found]


def _read_texts(texts: Iterable[str], forms: tuple[str, ...]) -> dict[str, datetime]:
    read = {}
    for text in texts:
        try:
            read[text] = read_moment(text, forms)
        except (ValueError, OverflowError):
            continue
    return read


def _count_unread(texts: Sequence[str], forms: tuple[str, ...]) -> int:
    read = _read_texts(set(texts), forms)
    return sum(text not in read and not is_missing(text) for text in texts)


class Column(BaseModel, ABC):
    """One number of each row, computed from the column ``name`` of the user's table."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str

    @abstractmethod
    def learn(self, values: pd.Series[Any]) -> Column:
        """This column with what the values of the train split tell about it."""

    @property
    def title(self) -> str:
        """Name of the column where rows are shown."""
        return self.name

    @abstractmethod
    def show(self, value: float) -> str:
        """A number that ``read`` returned, as text for people; "" where it was missing."""

    def find_wrong(self, values: pd.Series[Any]) -> Mapping[int, str]:
        """Why values are not what the column holds, by row number from 0."""
        return {}

    @abstractmethod
    def read(self, values: pd.Series[Any]) -> Values:
        """The numbers that the model takes, float32 (N,).

        Raises:
            DataError: A value is not what the column holds; names the first.
        """


class NumberColumn(Column):
    """A number minus its center, divided by its scale; NaN where it is missing.

    Computed in float64: float32 has too few digits for small differences of large numbers, such as
    the seconds of times around 1.7e9.
    """

    center: float = 0.0
    """Median, which becomes 0."""

    scale: Annotated[float, Field(gt=0)] = 1.0
    """Distance between the quartiles; if it is 0, half of the range; if that is 0 too, 1."""

    missing: bool = False
    """Whether the number is missing in some row of the train split."""

    format: NumberFormat = PLAIN_FORMAT
    """Format of the number in text files."""

    def learn(self, values: pd.Series[Any]) -> NumberColumn:
        """This column with the center, the scale, and whether numbers are missing."""
        numbers = self.exact(values)
        present = numbers[~np.isnan(numbers)]
        known = present if len(present) else np.zeros(1)
        largest = float(np.abs(known).max())
        unit = 1.0 if TINY < largest < HUGE else largest or 1.0
        lowest, low, middle, high, highest = np.quantile(known / unit, [0, 0.25, 0.5, 0.75, 1])
        scale = (high - low or (highest - lowest) / 2) * unit
        learned = {"center": float(middle * unit), "scale": float(min(scale, LARGEST)) or 1.0}
        return self.model_copy(update={**learned, "missing": len(present) < len(numbers)})

    def show(self, value: float) -> str:
        """The number, with the digits that float32 can hold."""
        if np.isnan(value):
            return ""
        exact = self.center + value * self.scale
        figures = 6 + max(0, floor(log10(abs(exact) / self.scale))) if exact else 6
        return number(exact, min(figures, 15))

    def find_wrong(self, values: pd.Series[Any]) -> Mapping[int, str]:
        """Why values are no numbers, by row number from 0."""
        return self._explain(self._parse(values), values)

    def _explain(self, numbers: npt.NDArray[np.float64], values: pd.Series[Any]) -> dict[int, str]:
        wrong = np.flatnonzero(np.isnan(numbers) & values.notna().to_numpy())
        return {int(row): f"{str(values.iloc[row])[:60]!r} is not {self._what}" for row in wrong}

    def read(self, values: pd.Series[Any]) -> Values:
        """``(number - center) / scale``, float32 (N,), limited to ``FURTHEST``."""
        with np.errstate(over="ignore"):
            units = (self.exact(values) - self.center) / self.scale
        return units.clip(-FURTHEST, FURTHEST).astype(np.float32)

    def exact(self, values: pd.Series[Any]) -> npt.NDArray[np.float64]:
        """The numbers in their own units, float64 (N,); NaN where one is missing or infinite.

        Raises:
            DataError: A value is no number; names the first.
        """
        numbers = self._parse(values)
        for row, reason in self._explain(numbers, values).items():
            raise DataError(f"column {self.name!r}, row {row + 1:,}: {reason}")
        return np.where(np.isfinite(numbers), numbers, np.nan)

    @property
    def _what(self) -> str:
        return "a number"

    def _parse(self, values: pd.Series[Any]) -> npt.NDArray[np.float64]:
        """The numbers, float64 (N,); NaN for other values."""
        import pandas as pd

        plain = pd.api.types.is_numeric_dtype(values)
        numbers: pd.Series[Any] = pd.to_numeric(
            values if plain else as_text(values), errors="coerce"
        )
        return numbers.to_numpy(np.float64, na_value=np.nan)  # type: ignore[no-any-return]


class DateColumn(NumberColumn):
    """A part of a date as a number; times with a zone are converted to UTC."""

    part: DatePart

    forms: tuple[str, ...] = ()
    """Formats of the dates in the codes of ``strptime``; none if the file has a type for dates."""

    @field_validator("forms")
    @classmethod
    def _are_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(check_date_format, forms))

    @property
    def title(self) -> str:
        """Name of the column and the part of the date."""
        return f"{self.name} ({self.part.replace('_', ' ')})"

    @property
    def _what(self) -> str:
        return f"a date ({' or '.join(self.forms)})" if self.forms else "a date"

    def _explain(self, numbers: npt.NDArray[np.float64], values: pd.Series[Any]) -> dict[int, str]:
        """Why values are no dates; {} if they are few, which count as missing."""
        wrong = super()._explain(numbers, values)
        return wrong if len(wrong) > most_texts(int(values.notna().sum())) else {}

    def _parse(self, values: pd.Series[Any]) -> npt.NDArray[np.float64]:
        moments = read_dates(values, self.forms)
        return np.array(
            [np.nan if each is None else _date_part(each, self.part) for each in moments]
        )


def _date_part(moment: datetime, part: DatePart) -> float:
    return moment.weekday() if part == "day_of_week" else float(getattr(moment, part))


class CategoryColumn(Column):
    """The index of a value among the known ones; -1 where it is missing."""

    values: tuple[str, ...] = ()
    """Known values, the most frequent first."""

    rest: bool = False
    """Whether unseen and rare values get an index of their own, after the last; otherwise they
    count as missing. True if the train split has rare values."""

    @property
    def size(self) -> int:
        """Number of indices."""
        return len(self.values) + self.rest

    def learn(self, values: pd.Series[Any]) -> CategoryColumn:
        """This column with the values of at least 3 rows each, 50 at most."""
        counts = as_text(values).value_counts()
        ordered = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
        known = [value for value, count in ordered if count >= FEWEST_ROWS][:MOST_VALUES]
        return self.model_copy(update={"values": tuple(known), "rest": len(known) < len(counts)})

    def read(self, values: pd.Series[Any]) -> Values:
        """The indices, float32 (N,)."""
        unknown = len(self.values) if self.rest else -1
        indices = {value: index for index, value in enumerate(self.values)}

        def place(value: str) -> int:
            same = next((each for each in spellings(value) if each in indices), None)
            return unknown if same is None else indices[same]

        found = as_text(values).map(place, na_action="ignore")
        return found.fillna(-1).to_numpy(np.float32)  # type: ignore[no-any-return]

    def show(self, value: float) -> str:
        """The value; "other" for a rare or unseen one."""
        if value < 0:
            return ""
        return self.values[int(value)] if value < len(self.values) else "other"
