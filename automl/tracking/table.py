"""Reads the tables among a trial's artifacts."""

from __future__ import annotations

import csv
from pathlib import Path


def read_table(file: Path) -> tuple[list[str], list[list[str]]]:
    """The columns of a .csv file, and its rows."""
    with file.open(encoding="utf-8", newline="") as lines:
        columns, *rows = csv.reader(lines)
    return columns, rows
