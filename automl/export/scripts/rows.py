"""Reads the rows of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

MISSING = {"", "NA", "N/A", "<NA>", "NaN", "nan", "NULL", "null"}


def rows(file: str) -> Iterator[dict[str, str]]:
    """Each row by the names of its columns; what stands between fields is what the header has."""
    lines = Path(file).read_text("utf-8-sig").splitlines(keepends=True)
    delimiter = max(",;\t", key=lines[0].count)
    fields = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names = [name.strip() for name in next(fields)]
    for values in fields:
        if any(map(str.strip, values)):
            yield dict(zip(names, values, strict=True))


def number(cell: str) -> float:
    """What a cell holds, NaN where it is empty; a decimal comma counts as a point."""
    return float("nan") if cell.strip() in MISSING else float(cell.replace(",", "."))
