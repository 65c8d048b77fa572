"""Types of columns: from the texts of a table to numbers, booleans, and texts or None."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.text import count
from automl.data.cells.delimited import Cells
from automl.data.cells.numbers import (
    PLAIN_FORMAT,
    NumberFormat,
    Numbers,
    most_texts,
    read_known,
    read_numbers,
)
from automl.data.cells.values import USUAL_MISSING, is_missing_text, missing_texts

if TYPE_CHECKING:
    import pandas as pd

KnownColumns = Mapping[str, NumberFormat | frozenset[str]]
"""How to read the columns that a model was trained with: the format of numbers, or the known values
of texts, which are never missing."""

MOST_NAMED = 5
"""Columns that a note names."""

BOOLEANS = ({"True", "False"}, {"true", "false"}, {"TRUE", "FALSE"})

EXACT = 2**53
"""Whole numbers up to here are exact in float64."""

CELLS_LOOKED_AT = 1000
"""Cells of a column that are searched for a decimal mark."""

_THREE_DECIMALS = re.compile(r"\s*[-+]?[1-9]\d{0,2}\.\d{3}\s*")


@dataclass(frozen=True, eq=False)
class TypedTable:
    """A table whose columns have types.

    Args:
        frame: Columns of numbers, of texts, and of other types that the file has.
        formats: Formats of numbers, by column, where the file holds them as texts.
        notes: Remarks on how the table was read, a sentence each.
    """

    frame: pd.DataFrame
    formats: Mapping[str, NumberFormat] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def note(self, path: Path, more: str = "") -> str:
        """All notes in one line that names the file; "" without notes."""
        notes = [*self.notes, *filter(None, [more])]
        return f"{path}: {'; '.join(notes)}" if notes else ""


class _ColumnNotes:
    """Collects what is odd in the columns of a table, and sums it up in notes."""

    def __init__(self) -> None:
        self.missing: dict[str, Mapping[str, int]] = {}
        self.formats: dict[NumberFormat, list[str]] = defaultdict(list)
        self.codes: list[str] = []
        self.doubts: dict[str, Numbers] = {}

    def numbers(self, name: str, numbers: Numbers) -> None:
        """Add a column that was read as numbers."""
        self.missing[name] = numbers.unread
        if numbers.format != PLAIN_FORMAT:
            self.formats[numbers.format].append(name)
        if numbers.doubt is not None:
            self.doubts[name] = numbers

    def texts(self, name: str, cells: Sequence[str], missing: frozenset[str]) -> None:
        """Add a column of texts."""
        words = missing - USUAL_MISSING
        self.missing[name] = {word: cells.count(word) for word in words}
        if "NA" not in missing and "NA" in cells:
            self.codes.append(name)

    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind of oddity."""
        written = [
            f"numbers are written as {form} in {_quote_names(names)}"
            for form, names in self.formats.items()
        ]
        doubts = [
            f"{name!r}: 1,234 is read as {numbers.format.parse('1,234'):g}, and nothing in the "
            f"file rules out {numbers.doubt.parse('1,234'):g}"
            for name, numbers in self.doubts.items()
            if numbers.doubt is not None
        ]
        missing = _missing_notes(self.missing)
        codes = [
            f"'NA' counts as a value in {_quote_names(self.codes)}, whose others are codes too"
        ]
        return (*written, *doubts[:MOST_NAMED], *missing, *(codes if self.codes else ()))


def _missing_notes(found: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    """A note on cells that stand for missing values, with an example from each column."""
    remarks = {}
    for name, unread in found.items():
        cells = {cell: times for cell, times in unread.items() if cell.strip()}
        if cells:
            example = max(cells, key=cells.__getitem__)
            remarks[name] = (sum(cells.values()), example)
    if not remarks:
        return ()
    shown = [
        f"{name!r} {times:,} (such as {example[:30]!r})"
        for name, (times, example) in list(remarks.items())[:MOST_NAMED]
    ]
    more = [f"{len(remarks) - MOST_NAMED} more columns"] if len(remarks) > MOST_NAMED else []
    total = sum(times for times, _ in remarks.values())
    return (f"{count(total, 'cell')} without a value: {', '.join([*shown, *more])}",)


def _quote_names(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:MOST_NAMED]))
    more = len(names) - MOST_NAMED
    return f"{shown} and {more} more columns" if more > 0 else shown


def infer_cells(cells: Cells) -> TypedTable:
    """A table of texts with its types found, one format for all cells of a column."""
    remarks = _ColumnNotes()
    columns: dict[str, Any] = {}
    formats = {}
    found = read_columns(cells.columns, cells.delimiter)
    for name, texts, numbers in zip(cells.names, cells.columns, found, strict=True):
        if numbers is None:
            columns[name] = _texts(name, texts, remarks)
            continue
        remarks.numbers(name, numbers)
        formats[name] = numbers.format
        columns[name] = _array(numbers, texts)
    return TypedTable(_frame(columns), formats, (*cells.notes, *remarks.notes()))


def infer_frame(frame: pd.DataFrame) -> TypedTable:
    """A table from a file with types, in which columns of texts may become numbers.

    Other texts only lose the spaces around them: in such files, missing values are marked as such.
    """
    remarks = _ColumnNotes()
    columns: dict[str, Any] = {}
    formats = {}
    for name in frame.columns:
        columns[name] = values = _stripped(frame[name])
        numbers = read_numbers(_as_cells(values)) if _has_texts(values) else None
        if numbers is not None:
            remarks.numbers(str(name), numbers)
            formats[str(name)] = numbers.format
            columns[name] = _array(numbers, _as_cells(values))
    return TypedTable(_frame(columns), formats, remarks.notes())


def read_as_known(table: Cells | pd.DataFrame, known: KnownColumns) -> TypedTable:
    """A table read as the training data of a model was read; other columns stay texts.

    In a column of numbers, a few texts count as missing, with a note. Many stay texts, so that the
    error about them can name a row.

    Args:
        table: Content of the file.
        known: How to read each column of the training data.
    """
    remarks = _ColumnNotes()
    columns: dict[str, Any] = {}
    if isinstance(table, Cells):
        columns.update(zip(table.names, map(list, table.columns), strict=True))
    else:
        columns.update({name: _stripped(table[name]) for name in table.columns})
    for name, form in known.items():
        if name not in columns:
            continue
        if isinstance(form, NumberFormat):
            columns[name] = _known_numbers(name, columns[name], form, remarks)
        elif isinstance(table, Cells):
            columns[name] = [
                None if is_missing_text(cell, form) else cell for cell in columns[name]
            ]
    notes = table.notes if isinstance(table, Cells) else ()
    return TypedTable(_frame(columns), {}, (*notes, *remarks.notes()))


def _known_numbers(name: str, values: Any, form: NumberFormat, remarks: _ColumnNotes) -> Any:
    if not isinstance(values, list):
        if not _has_texts(values):
            return values
        values = _as_cells(values)
    numbers = read_known(values, form)
    odd = numbers.odd
    present = len(values) - sum(numbers.unread.values()) + sum(odd.values())
    if sum(odd.values()) <= most_texts(present):
        remarks.missing[name] = numbers.unread
        return np.array(numbers.values)
    pairs = zip(values, numbers.values, strict=True)
    return np.array([cell if cell in odd else number for cell, number in pairs], object)


def _texts(name: str, cells: Sequence[str], remarks: _ColumnNotes) -> Any:
    different = set(cells)
    if any(different == pair for pair in BOOLEANS):
        return np.array([cell.lower() == "true" for cell in cells])
    missing = missing_texts(different)
    remarks.texts(name, cells, missing)
    if missing >= different:
        return np.full(len(cells), np.nan)
    return [None if cell in missing else cell for cell in cells] if missing else list(cells)


def _array(numbers: Numbers, cells: Sequence[str]) -> Any:
    """Numbers as int64, if all are written as whole numbers and none is missing, else float64."""
    values = np.array(numbers.values)
    if numbers.unread or numbers.format != PLAIN_FORMAT or any("." in cell for cell in cells):
        return values
    if not np.isfinite(values).all() or (values % 1).any():
        return values
    if np.abs(values).max() < EXACT:
        return values.astype(np.int64)
    try:
        return np.array(list(map(int, cells)), np.int64)
    except (ValueError, OverflowError):  # written as 1e300, or too large
        return values


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns)


def _has_texts(values: pd.Series[Any]) -> bool:
    from pandas.api import types

    if types.is_object_dtype(values):
        scalars = (str, int, float, np.number)
        present = [value for value in values if value is not None]
        is_plain = all(isinstance(value, scalars) for value in present)
        return is_plain and any(isinstance(value, str) for value in present)
    return bool(types.is_string_dtype(values))


def _as_cells(values: pd.Series[Any]) -> list[str]:
    gone = values.isna().to_numpy()
    return ["" if missing else str(value) for value, missing in zip(values, gone, strict=True)]


def _stripped(values: pd.Series[Any]) -> pd.Series[Any]:
    from pandas.api import types

    if not (types.is_object_dtype(values) or types.is_string_dtype(values)):
        return values
    return values.map(lambda value: value.strip() if isinstance(value, str) else value)


def read_columns(columns: Sequence[Sequence[str]], delimiter: str = ",") -> list[Numbers | None]:
    """Each column as numbers, or None if it is a column of texts.

    A file has one decimal mark, as a rule: what ``1,234`` means in one column is decided by the
    others, or else by the delimiter, as a semicolon suggests decimal commas.

    Args:
        columns: Cells of each column.
        delimiter: Character between fields.
    """
    found = [read_numbers(column) for column in columns]
    unsure = [_is_unsure(each, column) for each, column in zip(found, columns, strict=True)]
    if not any(unsure):
        return found
    comma = _decimal_comma(found, columns, unsure)
    if comma is None and delimiter == ";":
        comma = any(each is not None and each.doubt is not None for each in found) or None
    if comma is None:
        return found
    return [
        read_numbers(column, comma) if is_unsure else numbers
        for numbers, column, is_unsure in zip(found, columns, unsure, strict=True)
    ]


def _is_unsure(numbers: Numbers | None, cells: Sequence[str]) -> bool:
    """Whether the mark in a column's numbers may be one of thousands or of decimals."""
    if numbers is None or numbers.format != PLAIN_FORMAT:
        return numbers is not None and numbers.doubt is not None
    if not any("." in cell for cell in cells[:CELLS_LOOKED_AT]):
        return False
    return all("." not in cell or _THREE_DECIMALS.fullmatch(cell) for cell in cells)


def _decimal_comma(
    found: Sequence[Numbers | None], columns: Sequence[Sequence[str]], unsure: Sequence[bool]
) -> bool | None:
    """Whether columns without doubt have decimal commas; None if they show none, or both marks."""
    marks = {
        numbers.format.decimal
        for numbers, cells, is_unsure in zip(found, columns, unsure, strict=True)
        if numbers is not None and not is_unsure and _shows_marks(numbers, cells)
    }
    return None if len(marks) != 1 else marks == {","}


def _shows_marks(numbers: Numbers, cells: Sequence[str]) -> bool:
    """Whether the column has any decimal mark, or mark of thousands."""
    marks = (numbers.format.decimal, numbers.format.group or numbers.format.decimal)
    return any(mark in cell for cell in cells[:CELLS_LOOKED_AT] for mark in marks)
