"""Tables: a row is its numbers, then the index of each of its categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.registry import nearest
from automl.core.review import Row
from automl.data.encodings.encoding import Array, Encoding, Reading
from automl.data.tables.columns import CategoryColumn, Column, DateColumn, NumberColumn
from automl.data.tables.read import is_table, read_table

if TYPE_CHECKING:
    import pandas as pd


class TableEncoding(Encoding):
    """Numbers as they are, NaN where missing; the model scales them and spreads the categories."""

    kind: ClassVar[str] = "table"
    unit: ClassVar[str] = "rows"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "float32"

    numbers: tuple[DateColumn | NumberColumn, ...]
    """The first columns of the array."""

    categories: tuple[CategoryColumn, ...]
    """The others."""

    @classmethod
    def learn(cls, columns: Sequence[Column], train: pd.DataFrame) -> TableEncoding:
        """The encoding of these columns, as they are in the train split."""
        learned = [column.learn(train[column.name]) for column in columns]
        return cls(
            numbers=tuple(each for each in learned if isinstance(each, NumberColumn)),
            categories=tuple(each for each in learned if isinstance(each, CategoryColumn)),
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        """In the order of the array."""
        return *self.numbers, *self.categories

    @property
    def raw_shape(self) -> tuple[int]:
        """(columns,)."""
        return (len(self.columns),)

    @property
    def shape(self) -> tuple[int]:
        """(features,): numbers, flags of missing ones, values of categories."""
        flags = sum(number.missing for number in self.numbers)
        return (len(self.numbers) + flags + sum(each.size for each in self.categories),)

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Columns to a vector of numbers around 0."""
        return {
            "columns": {
                "center": [number.center for number in self.numbers],
                "scale": [number.scale for number in self.numbers],
                "flagged": [at for at, number in enumerate(self.numbers) if number.missing],
                "sizes": [category.size for category in self.categories],
            }
        }

    def describe(self) -> str:
        """As ``"6 numbers and 3 categories"``."""
        numbers = _count(len(self.numbers), "number", "numbers")
        categories = _count(len(self.categories), "category", "categories")
        return " and ".join([*numbers, *categories])

    def encode(self, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
        """The rows of a table, (N, columns); columns are matched by name, others are ignored.

        Raises:
            DataError: A column is missing, or a number or a date is none; names it.
        """
        self._check_present(tuple(map(str, frame.columns)))
        return np.stack([column.read(frame[column.name]) for column in self.columns], axis=1)

    def reads(self, path: Path) -> bool:
        """A table."""
        return is_table(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """Each row of a table; the column that is predicted may be there or not."""
        frame = read_table(path)
        try:
            self._check_present(tuple(map(str, frame.columns)))
        except DataError as error:
            raise DataError(f"{path}: {error}") from None
        wrong = self._find_wrong(frame)
        rows = iter(self.encode(frame.drop(index=list(wrong))))
        for at in range(len(frame)):
            name = f"{path} row {at + 1:,}"
            yield Reading(name, error=wrong[at]) if at in wrong else Reading(name, next(rows))

    def show(self, value: Array) -> Row:
        """Each column with what was in it."""
        pairs = zip(self.columns, value.tolist(), strict=True)
        return Row({column.title: column.show(number) for column, number in pairs})

    def _check_present(self, present: tuple[str, ...]) -> None:
        for column in self.columns:
            if column.name not in present:
                close = nearest(column.name, present)
                guess = f"; did you rename it to {close!r}?" if close else ""
                raise DataError(f"there is no column {column.name!r}{guess}")

    def _find_wrong(self, frame: pd.DataFrame) -> dict[int, str]:
        """Row, from 0, -> what cannot be read in it."""
        return {
            row: f"column {column.name!r}: {reason}"
            for column in self.columns
            for row, reason in column.find_wrong(frame[column.name]).items()
        }


def _count(count: int, one: str, many: str) -> list[str]:
    return [f"{count} {one if count == 1 else many}"] if count else []
