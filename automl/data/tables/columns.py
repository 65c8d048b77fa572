"""The columns that a model sees, each with what was learned of it from the train split."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.tables.values import as_text, parse_dates

if TYPE_CHECKING:
    import pandas as pd

Values = npt.NDArray[np.float32]
Part = Literal["year", "month", "day_of_week", "hour"]
DATE_PARTS: tuple[Part, ...] = ("year", "month", "day_of_week", "hour")
LARGEST = float(np.finfo(np.float32).max)
MOST_VALUES = 50
FEWEST_ROWS = 3


class Column(BaseModel, ABC):
    """One number of each row, made of the column ``name`` of the user's table."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str

    @abstractmethod
    def learn(self, values: pd.Series[Any]) -> Column:
        """This column with what ``values``, of the train split, say of it."""

    @property
    def title(self) -> str:
        """How it is called where rows are shown."""
        return self.name

    @abstractmethod
    def show(self, value: float) -> str:
        """What ``read`` made of a cell, as people read it; empty where it was missing."""

    def find_wrong(self, values: pd.Series[Any]) -> Mapping[int, str]:
        """Row, from 0, -> why its value is not what the column holds."""
        return {}

    @abstractmethod
    def read(self, values: pd.Series[Any]) -> Values:
        """What the model takes, (N,).

        Raises:
            DataError: A value is not what the column holds; names the first such.
        """


class NumberColumn(Column):
    """A number; NaN where it is missing, infinite or beyond float32."""

    center: float = 0.0
    """The median."""

    scale: float = 1.0
    """The distance between the quartiles; if that is 0, half of the range; if that is too, 1."""

    missing: bool = False
    """Whether some row has none."""

    def learn(self, values: pd.Series[Any]) -> NumberColumn:
        """Center, scale and whether numbers can be missing."""
        numbers = self.read(values).astype(np.float64)
        present = numbers[~np.isnan(numbers)]
        known = present if len(present) else np.zeros(1)
        lowest, low, middle, high, highest = np.quantile(known, [0, 0.25, 0.5, 0.75, 1])
        scale = high - low or (highest - lowest) / 2 or 1.0
        learned = {"center": float(middle), "scale": float(scale)}
        return self.model_copy(update={**learned, "missing": len(present) < len(numbers)})

    def show(self, value: float) -> str:
        """Six digits, as many as float32 is sure of."""
        return "" if np.isnan(value) else f"{value:.6g}"

    def find_wrong(self, values: pd.Series[Any]) -> Mapping[int, str]:
        """What is there and is none."""
        return self._explain(self._parse(values), values)

    def _explain(self, numbers: npt.NDArray[np.float64], values: pd.Series[Any]) -> dict[int, str]:
        wrong = np.flatnonzero(np.isnan(numbers) & values.notna().to_numpy())
        return {int(row): f"{str(values.iloc[row])[:60]!r} is not {self._what}" for row in wrong}

    def read(self, values: pd.Series[Any]) -> Values:
        """The numbers."""
        numbers = self._parse(values)
        for row, reason in self._explain(numbers, values).items():
            raise DataError(f"column {self.name!r}, row {row + 1:,}: {reason}")
        return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan).astype(np.float32)

    @property
    def _what(self) -> str:
        return "a number"

    def _parse(self, values: pd.Series[Any]) -> npt.NDArray[np.float64]:
        """(N,) with NaN for what is no number."""
        import pandas as pd

        plain = pd.api.types.is_numeric_dtype(values)
        numbers: pd.Series[Any] = pd.to_numeric(
            values if plain else as_text(values), errors="coerce"
        )
        return numbers.to_numpy(np.float64, na_value=np.nan)  # type: ignore[no-any-return]


class DateColumn(NumberColumn):
    """A part of a date, as a number; times with a zone are brought to UTC."""

    part: Part

    form: str | None
    """How dates are written, in the codes of ``strptime``; None if the file holds them as such."""

    @property
    def title(self) -> str:
        """The column and the part of its date."""
        return f"{self.name} ({self.part.replace('_', ' ')})"

    @property
    def _what(self) -> str:
        return f"a date ({self.form})" if self.form else "a date"

    def _parse(self, values: pd.Series[Any]) -> npt.NDArray[np.float64]:
        parts = getattr(parse_dates(values, self.form).dt, self.part)
        return parts.to_numpy(np.float64, na_value=np.nan)  # type: ignore[no-any-return]


class CategoryColumn(Column):
    """The index of a value among those that are known; -1 for none of them."""

    values: tuple[str, ...] = ()
    """The most frequent first."""

    rest: bool = False
    """Whether the train split has rare values. All that are not known share the index after the
    last; without it there would be nothing to learn of them, and they are as missing ones."""

    @property
    def size(self) -> int:
        """How many indices there are."""
        return len(self.values) + self.rest

    def learn(self, values: pd.Series[Any]) -> CategoryColumn:
        """The values that at least 3 rows have, at most 50."""
        counts = as_text(values).value_counts()
        ordered = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
        known = [value for value, count in ordered if count >= FEWEST_ROWS][:MOST_VALUES]
        return self.model_copy(update={"values": tuple(known), "rest": len(known) < len(counts)})

    def read(self, values: pd.Series[Any]) -> Values:
        """The indices."""
        unknown = len(self.values) if self.rest else -1
        indices = {value: index for index, value in enumerate(self.values)}
        found = as_text(values).map(lambda value: indices.get(value, unknown), na_action="ignore")
        return found.fillna(-1).to_numpy(np.float32)  # type: ignore[no-any-return]

    def show(self, value: float) -> str:
        """The value; what is not among those that are known is "other"."""
        if value < 0:
            return ""
        return self.values[int(value)] if value < len(self.values) else "other"
