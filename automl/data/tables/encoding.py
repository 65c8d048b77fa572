"""The encoding of tables: a row becomes its numbers, then the index of each of its categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from automl.core.data_types import TableRow
from automl.core.error_analysis import RowExample
from automl.core.errors import DataError
from automl.core.registry import nearest
from automl.core.text import count
from automl.data.encoding import Array, Encoding, Reading
from automl.data.tables.columns import CategoryColumn, Column, DateColumn, NumberColumn
from automl.data.tables.reader import is_table, open_table
from automl.data.tables.type_inference import KnownColumns

if TYPE_CHECKING:
    import pandas as pd


class TableEncoding(Encoding):
    """Numbers in units of their spread, NaN where missing; categories as indices.

    The model's preprocessing turns the indices into vectors.
    """

    kind: ClassVar[str] = "table"
    unit: ClassVar[str] = "rows"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "float32"
    example_file: ClassVar[str] = "rows.csv"
    inputs_note: ClassVar[str] = (
        "Numbers go in as they are, NaN where one is missing, and categories as their number in "
        "the encoding, -1 for one that it does not know: scaling the numbers and one-hot encoding "
        "the categories is part of the model."
    )
    limit_note: ClassVar[str] = "It needs the columns that it was trained on, in the same units."

    numbers: tuple[DateColumn | NumberColumn, ...]
    """Columns of numbers, the first of the array."""

    categories: tuple[CategoryColumn, ...]
    """Columns of categories, the last of the array."""

    characters: str | None = None
    """Character encoding of text files; None to find it for each file."""

    @classmethod
    def learn(
        cls, columns: Sequence[Column], train: pd.DataFrame, characters: str | None = None
    ) -> TableEncoding:
        """The encoding of these columns, learned from the train split."""
        learned = [column.learn(train[column.name]) for column in columns]
        return cls(
            numbers=tuple(each for each in learned if isinstance(each, NumberColumn)),
            categories=tuple(each for each in learned if isinstance(each, CategoryColumn)),
            characters=characters,
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in the order of the array."""
        return *self.numbers, *self.categories

    @property
    def raw_shape(self) -> tuple[int]:
        """(columns,)."""
        return (len(self.columns),)

    @property
    def shape(self) -> TableRow:
        """(features,): numbers, flags of missing numbers, and the values of categories."""
        flags = sum(number.missing for number in self.numbers)
        return TableRow(len(self.numbers), flags, tuple(each.size for each in self.categories))

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """The step from columns to a vector of numbers around 0."""
        return {
            "columns": {
                "numbers": len(self.numbers),
                "flagged": [at for at, number in enumerate(self.numbers) if number.missing],
                "sizes": [category.size for category in self.categories],
            }
        }

    @property
    def known(self) -> KnownColumns:
        """How each column of a file is read, so that it is read as the search read it."""
        dates = {each.name: frozenset[str]() for each in self.dates}
        values = {each.name: frozenset(each.values) for each in self.categories}
        numbers = {each.name: each.format for each in self.numbers if each.name not in dates}
        return {**numbers, **dates, **values}

    @property
    def dates(self) -> tuple[DateColumn, ...]:
        """The parts of dates among the numbers."""
        return tuple(each for each in self.numbers if isinstance(each, DateColumn))

    def describe(self) -> str:
        """Numbers of columns: ``"6 numbers and 3 categories"``."""
        numbers, categories = len(self.numbers), len(self.categories)
        counted = ((numbers, "number", "numbers"), (categories, "category", "categories"))
        return " and ".join(count(*each) for each in counted if each[0])

    def encode(self, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
        """The rows of a table as an array.

        Args:
            frame: Table with a column for each of ``columns``; others are ignored.

        Returns:
            (N, columns), NaN where a number is missing.

        Raises:
            DataError: A column is missing, or a value is not what its column holds.
        """
        self._check_present(tuple(map(str, frame.columns)))
        return np.stack([column.read(frame[column.name]) for column in self.columns], axis=1)

    def lost_cells_note(self, frame: pd.DataFrame) -> str:
        """A note on cells that hold something but count as missing; "" if there are none."""
        lost = {
            each.name: int((np.isnan(each.read(frame[each.name])) & frame[each.name].notna()).sum())
            for each in self.numbers
        }
        found = ", ".join(f"{name!r} {count:,}" for name, count in lost.items() if count)
        if not found:
            return ""
        return f"infinite numbers and texts that are no dates count as missing: {found}"

    def reads(self, path: Path) -> bool:
        """Whether a file is a table, by its name."""
        return is_table(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """The rows of a table, which may lack the column that is predicted."""
        table = open_table(path, self.known, self.characters)
        frame = table.frame
        try:
            self._check_present(tuple(map(str, frame.columns)))
        except DataError as error:
            raise DataError(f"{path}: {error}") from None
        wrong = self._find_wrong(frame)
        fine = frame.drop(index=list(wrong))
        rows, note = iter(self.encode(fine)), table.note(path, self.lost_cells_note(fine))
        for at in range(len(frame)):
            name = f"{path} row {at + 1:,}"
            value = None if at in wrong else next(rows)
            yield Reading(name, value, wrong.get(at, ""), note=note if at == 0 else "")

    def show(self, value: Array) -> RowExample:
        """The row's value in each column."""
        pairs = zip(self.columns, value.tolist(), strict=True)
        return RowExample({column.title: column.show(number) for column, number in pairs})

    def _check_present(self, present: tuple[str, ...]) -> None:
        for column in self.columns:
            if column.name not in present:
                close = nearest(column.name, present)
                guess = f"; did you rename it to {close!r}?" if close else ""
                raise DataError(f"there is no column {column.name!r}{guess}")

    def _find_wrong(self, frame: pd.DataFrame) -> dict[int, str]:
        """Why rows cannot be read, by row number from 0."""
        return {
            row: f"column {column.name!r}: {reason}"
            for column in self.columns
            for row, reason in column.find_wrong(frame[column.name]).items()
        }
