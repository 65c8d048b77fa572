"""Splits tables that may be larger than memory into files that are not."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

from automl.core.errors import DataError
from automl.data.cells.characters import UnreadableCells
from automl.data.cells.delimited import DELIMITERS, LONGEST_FIELD, FileHead, read_head
from automl.data.tables.reader import TEXT_FORMATS

# Bytes of a table that are read at once; in memory they take about ten times as much.
CHUNK_BYTES = 4_000_000
# Characters of a file in which the head of the table is looked for.
HEAD_CHARACTERS = 1_000_000
DELIMITERS_BY_SUFFIX = {".csv": DELIMITERS, ".tsv": "\t", ".tab": "\t"}
LONE_RETURN = re.compile(r"\r(?!\n)")


@dataclass(frozen=True)
class Chunk:
    """A chunk of a table, as a file with the table's header.

    Args:
        path: Path of the file.
        rows: Number of the table's rows that come before the chunk.
        lines: Number of the table's lines that come before the chunk, without the header.
    """

    path: Path
    rows: int
    lines: int


def is_large(path: Path, largest: int = CHUNK_BYTES) -> bool:
    """Whether a file is a table of plain text that is too large to be read at once."""
    if path.suffix.lower() not in TEXT_FORMATS or path.stat().st_size <= largest:
        return False
    with path.open("rb") as file:
        return b"\0" not in file.read(HEAD_CHARACTERS)  # else UTF-16, which is read at once


def split_table(path: Path, folder: Path, largest: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """The chunks of a table of plain text; each exists until the next one is asked for.

    Args:
        path: Path of the table; bytes that are not UTF-8 are passed on unchanged.
        folder: Folder to write the chunks to.
        largest: Approximate size of a chunk, in bytes.

    Raises:
        DataError: the first rows do not show the names of the columns.
    """
    chunk = folder / f"chunk{path.suffix}"
    # Even a field of gigabytes is no error here: the reader of the chunk refuses it.
    usual = csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            head = _head(file, path)
            header = "" if head is None else _written(head)
            rows, lines = 0, 0 if head is None else head.lines - header.count("\n")
            records = iter(file) if head is None else _records(file, head)
            while taken := _take(records, largest):
                text = header + "".join(taken)
                chunk.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
                yield Chunk(chunk, rows, lines)
                rows += sum(1 for each in taken if each.strip())
                lines += sum(each.count("\n") for each in taken)
    finally:
        csv.field_size_limit(usual)


def _head(file: TextIO, path: Path) -> FileHead | None:
    """The head of a table, with the file then positioned after it; JSON lines have none."""
    delimiters = DELIMITERS_BY_SUFFIX.get(path.suffix.lower())
    if delimiters is None:
        return None
    text = file.read(HEAD_CHARACTERS) + file.readline()
    try:
        head = read_head(text, delimiters)
    except UnreadableCells as error:
        where = path if error.line is None else f"{path}:{error.line}"
        raise DataError(f"{where}: {error.message}") from None
    file.seek(0)
    for _ in range(head.lines):
        file.readline()
    return head


def _written(head: FileHead) -> str:
    """The names of the columns as the first lines of a file, which also name the delimiter."""
    file = StringIO(newline="")
    csv.writer(file, delimiter=head.delimiter, lineterminator="\n").writerow(head.names)
    return f"sep={head.delimiter}\n{file.getvalue()}"


def _take(records: Iterator[str], largest: int) -> list[str]:
    """As many records as make a chunk; none at the end."""
    taken, size = [], 0
    for record in records:
        taken.append(record)
        size += len(record)
        if size >= largest:
            break
    return taken


def _records(file: TextIO, head: FileHead) -> Iterator[str]:
    """A table's rows as they are written; within quotes a row can contain line ends."""
    lines: list[str] = []
    kept = _kept(file, lines)
    for _ in csv.reader(
        kept, delimiter=head.delimiter, skipinitialspace=True, quoting=head.quoting
    ):
        yield "".join(lines)
        lines.clear()


def _kept(file: TextIO, lines: list[str]) -> Iterator[str]:
    """The lines of a file, added to ``lines`` as they are read."""
    for line in file:
        lines.append(line)
        yield LONE_RETURN.sub(" ", line)
