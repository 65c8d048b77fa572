"""Reads the rows of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

MISSING = {"", "NA", "N/A", "<NA>", "NaN", "nan", "NULL", "null"}


class Row(dict[str, str]):
    """The cells of a row by the names of their columns."""

    def __missing__(self, name: str) -> str:
        raise ValueError(f"there is no column {name!r}; there are {', '.join(self)}")


def rows(file: str) -> Iterator[Row]:
    """Each row that is not empty; what stands between fields is what the header has."""
    lines = Path(file).read_text("utf-8-sig").splitlines(keepends=True)
    if not lines:
        raise ValueError("it is empty")
    delimiter = max(",;\t", key=lines[0].count)
    fields = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names = [name.strip() for name in next(fields)]
    for values in fields:
        if any(map(str.strip, values)):
            if len(values) != len(names):
                counts = f"{len(values)} fields, and the header {len(names)}"
                raise ValueError(f"line {fields.line_num} has {counts}")
            yield Row(zip(names, values, strict=True))


def number(cell: str) -> float:
    """What a cell holds, NaN where it is empty; a decimal comma counts as a point."""
    return float("nan") if cell.strip() in MISSING else float(cell.replace(",", "."))
