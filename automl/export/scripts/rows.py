"""Reads the rows of CSV files."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from automl.data.cells.characters import decode
from automl.data.cells.delimited import Cells, read_cells
from automl.data.cells.numbers import PLAIN_FORMAT, read_known
from automl.data.cells.values import is_missing


class CsvRow(dict[str, str]):
    """The cells of a row, by the names of their columns."""

    def __missing__(self, name: str) -> str:
        raise ValueError(f"there is no column {name!r}; there are {', '.join(self)}")


def table(file: str, encoding: str | None = None) -> Cells:
    """The cells of a file; prints how they were read, if that was unusual."""
    characters = decode(Path(file).read_bytes(), encoding)
    delimiters = "\t" if file.lower().endswith((".tsv", ".tab")) else ",;\t|"
    cells = read_cells(characters.text, delimiters)
    if not cells.columns or not cells.columns[0]:
        raise ValueError("there are no rows in it")
    warn(file, *cells.notes)
    return cells


def warn(file: str, *notes: str) -> None:
    """Print notes on how a file was read."""
    for note in notes:
        print(f"predict.py: {file}: {note}", file=sys.stderr)


def rows(file: str, encoding: str | None = None) -> Iterator[CsvRow]:
    """Each row that is not empty; the delimiter is recognised."""
    return map(CsvRow, table(file, encoding).rows())


def number(cell: str) -> float:
    """The number in a cell, NaN if it is empty; a decimal comma counts as a point."""
    (value,) = read_known([cell], PLAIN_FORMAT).values
    if math.isnan(value) and not is_missing(cell):
        raise ValueError(f"{cell[:60]!r} is not a number")
    return value
