"""Cuts tables that may be larger than memory into files that are not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from automl.data.tables.delimited import LONGEST_FIELD
from automl.data.tables.read import TEXT

# Bytes of a table that is read at once; in memory it takes about ten times as many.
LARGEST = 4_000_000
DELIMITERS = {".csv": ",;\t", ".tsv": "\t", ".tab": "\t"}


@dataclass(frozen=True)
class Piece:
    """A part of a table, as a file.

    Args:
        path: The file, with the table's header.
        rows: How many of the table's rows come before it.
        lines: How many of the table's lines come before its own, without the header.
    """

    path: Path
    rows: int
    lines: int


def is_large(path: Path) -> bool:
    """Whether a file is a table of plain text that is better not read at once."""
    return path.suffix.lower() in TEXT and path.stat().st_size > LARGEST


def cut(path: Path, folder: Path) -> Iterator[Piece]:
    """The pieces of a table of plain text; each is there until the next one is asked for.

    Args:
        path: The table; what is no UTF-8 in it is passed on as it is.
        folder: Where the pieces are written.
    """
    piece = folder / f"piece{path.suffix}"
    # Not even a field of a few gigabytes is an error here: it is the reader's to refuse.
    usual = csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            records = _records(file, path.suffix.lower())
            header = next(records, "") if path.suffix.lower() in DELIMITERS else ""
            rows = lines = 0
            while some := _take(records):
                text = header + "".join(some)
                piece.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
                yield Piece(piece, rows, lines)
                rows += sum(1 for each in some if each.strip())
                lines += sum(each.count("\n") for each in some)
    finally:
        csv.field_size_limit(usual)


def _take(records: Iterator[str]) -> list[str]:
    """As many as make a piece; none at the end."""
    taken, size = [], 0
    for record in records:
        taken.append(record)
        size += len(record)
        if size >= LARGEST:
            break
    return taken


def _records(file: TextIO, suffix: str) -> Iterator[str]:
    """A table's rows as they are written; between quotes a row has line ends, too."""
    if suffix not in DELIMITERS:
        yield from file
        return
    first = _first_line(file)
    delimiter = max(DELIMITERS[suffix], key=first.count)
    lines: list[str] = []
    for _ in csv.reader(_kept(file, lines), delimiter=delimiter, skipinitialspace=True):
        yield "".join(lines)
        lines.clear()


def _first_line(file: TextIO) -> str:
    """The first that is not blank; the file is then where it was."""
    line = next((each for each in iter(file.readline, "") if each.strip()), "")
    file.seek(0)
    return line


def _kept(file: TextIO, lines: list[str]) -> Iterator[str]:
    """The lines of a file, put into ``lines`` as they are read."""
    for line in file:
        lines.append(line)
        yield line
