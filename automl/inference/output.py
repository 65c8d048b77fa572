"""Predictions as a file: the columns of the input, with the answer beside them."""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO

from automl.core.errors import DataError, MissingPackage, UserError
from automl.core.registry import nearest
from automl.core.text import csv_cell
from automl.data.tables.reader import rows_as_written, typed_rows
from automl.inference.inputs import Rows
from automl.inference.predict import AnswerFormat, InputPrediction

# Column with the name of an example that is not a row of a table.
INPUT = "input"


@dataclass(frozen=True)
class WrittenPredictions:
    """A file of predictions.

    Args:
        path: Path of the file.
        rows: Number of its rows.
        unread: Number of examples without an answer because they could not be read.
        first_error: Error of the first of them; empty if there is none.
    """

    path: Path
    rows: int
    unread: int
    first_error: str


class TableWriter(ABC):
    """Writes a table in one file format, a row at a time.

    Args:
        path: Path of the file to write.
        columns: Columns of every row.
    """

    rows: ClassVar[Rows] = staticmethod(typed_rows)
    """Function that reads the rows of an input table as this format stores them."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns = path, columns

    @abstractmethod
    def add(self, row: Mapping[str, Any]) -> None:
        """Write a row; columns that it lacks are empty."""

    @abstractmethod
    def close(self) -> None:
        """Write what is left."""


class _TextWriter(TableWriter):
    """Writes a text file, each row at once."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path, columns)
        self._file: TextIO = path.open("w", encoding="utf-8", newline="")

    def close(self) -> None:
        self._file.close()


class CsvWriter(_TextWriter):
    """CSV in UTF-8; a text that a spreadsheet would take for a formula gets an apostrophe."""

    rows: ClassVar[Rows] = staticmethod(rows_as_written)

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path, columns)
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(map(csv_cell, columns))

    def add(self, row: Mapping[str, Any]) -> None:
        """Write a line."""
        self._writer.writerow(_in_csv(row.get(column)) for column in self.columns)


class JsonLinesWriter(_TextWriter):
    """JSON lines: an object for each row."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Write a line."""
        record = {column: row.get(column) for column in self.columns}
        self._file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")


class ParquetWriter(TableWriter):
    """Parquet, with typed columns; all rows are in memory until they are written.

    Raises:
        MissingPackage: pyarrow is not installed.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path, columns)
        try:
            import pyarrow  # noqa: F401  # told before the work and not after it
        except ImportError:
            raise MissingPackage("pyarrow", "pip install 'automl[parquet]'") from None
        self._cells: dict[str, list[Any]] = {column: [] for column in columns}

    def add(self, row: Mapping[str, Any]) -> None:
        """Keep a row."""
        for column, cells in self._cells.items():
            cells.append(row.get(column))

    def close(self) -> None:
        """Write all rows."""
        from pyarrow import parquet, table

        arrays = {column: _typed(cells) for column, cells in self._cells.items()}
        parquet.write_table(table(arrays), self.path)


WRITERS: Mapping[str, type[TableWriter]] = {
    ".csv": CsvWriter,
    ".jsonl": JsonLinesWriter,
    ".parquet": ParquetWriter,
}


def check_output(path: Path) -> type[TableWriter]:
    """The writer for a file, checked before any work is done.

    Args:
        path: Path of a file that does not exist yet.

    Raises:
        UserError: its suffix is unknown, its folder does not exist, or the file does, which may be
            anything and is not overwritten.
    """
    known = ", ".join(WRITERS)
    if path.suffix.lower() not in WRITERS:
        raise UserError(f"--output {path}: the ending says the form, one of {known}")
    if path.exists():
        raise UserError(f"--output {path}: there is such a file already; delete it or name another")
    if not path.parent.is_dir():
        raise UserError(f"--output {path}: there is no folder {str(path.parent)!r}; make it first")
    return WRITERS[path.suffix.lower()]


def write_predictions(
    found: Iterable[InputPrediction],
    path: Path,
    answers: AnswerFormat,
    keep: Sequence[str] | None = None,
    named: bool = False,
) -> WrittenPredictions:
    """Write predictions to a file, whole or not at all.

    Args:
        found: Predictions; those for rows of a table have the row.
        path: Path of the file, whose suffix is one of ``WRITERS``.
        answers: Columns of the answers.
        keep: Columns of the input to keep; None keeps all.
        named: Whether rows of tables also name the input that they are from.

    Raises:
        DataError: there is no answer at all, a column to keep is missing, or a column of the input
            has the name of one of the answers.
        UserError: the file cannot be written.
    """
    examples = iter(found)
    first = next(examples, None)
    kept = _kept_columns(first, answers, keep, named)
    rows = predicted = unread = 0
    first_error = ""
    with _whole(path, (*kept, *answers.columns)) as writer:
        for each in _chain(first, examples):
            predicted += each.prediction is not None
            unread += each.prediction is None
            first_error = first_error or (f"{each.name}: {each.error}" if each.error else "")
            for row in _rows(each, kept, answers):
                writer.add(row)
                rows += 1
        if not predicted:
            raise DataError(f"none of the inputs could be read; {first_error}".rstrip("; "))
    return WrittenPredictions(path, rows, unread, first_error)


def _kept_columns(
    first: InputPrediction | None, answers: AnswerFormat, keep: Sequence[str] | None, named: bool
) -> tuple[str, ...]:
    cells = tuple(first.row) if first is not None and first.row is not None else ()
    there = cells if cells and not named else (INPUT, *cells)
    for column in keep or ():
        if column not in there:
            close = nearest(column, there)
            guess = f"did you mean {close!r}?" if close else f"it has: {', '.join(there)}"
            raise DataError(f"--keep {column}: the input has no such column; {guess}")
    usual = () if answers.steps and not named else there  # a single forecast needs no name
    kept = usual if keep is None else tuple(keep)
    both = [column for column in kept if column in answers.columns]
    if both:
        raise DataError(
            f"the input has a column {both[0]!r}, as the answer has; name those to keep with --keep"
        )
    return kept


def _rows(
    found: InputPrediction, kept: Sequence[str], answers: AnswerFormat
) -> Iterator[Mapping[str, Any]]:
    """The rows of an example: one, several for a forecast, none for an unreadable table."""
    if found.row is None and INPUT not in kept and found.prediction is None:
        return
    if found.row is not None and (absent := set(kept) - {INPUT} - set(found.row)):
        raise DataError(
            f"{found.name}: there is no column {min(absent)!r}, which the inputs before it have; "
            "predict them one by one, or name the columns that all have with --keep"
        )
    cells = {INPUT: found.name, **(found.row or {})}
    for row in [{}] if found.prediction is None else answers.rows(found.prediction):
        yield {**{column: cells[column] for column in kept}, **row}


def _chain(
    first: InputPrediction | None, others: Iterator[InputPrediction]
) -> Iterator[InputPrediction]:
    if first is not None:
        yield first
        yield from others


@contextmanager
def _whole(path: Path, columns: Sequence[str]) -> Iterator[TableWriter]:
    """A writer to a temporary file beside ``path``, which is renamed once it is complete."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        writer = WRITERS[path.suffix.lower()](temporary, columns)
        yield writer
        writer.close()
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"--output {path}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)


def _in_csv(cell: Any) -> str:
    """A cell; whole numbers without a point, also where missing values made them floats."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return csv_cell(str(cell)) if isinstance(cell, str) else str(cell)


def _typed(cells: list[Any]) -> Any:
    """A column in the type of its cells, or as text if they have no type in common."""
    from pyarrow import ArrowException, array

    try:
        return array(cells)
    except (ArrowException, TypeError, OverflowError):
        return array([None if cell is None else str(cell) for cell in cells])
