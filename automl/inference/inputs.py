"""Examples to predict: from files and folders of any size, and from standard input."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, TextIO

from automl.core.errors import DataError
from automl.data.cells.characters import UnreadableCells
from automl.data.cells.delimited import DELIMITERS, LONGEST_FIELD, FileHead, read_head
from automl.data.encoding import Encoding, Reading
from automl.data.folder_layout import is_junk
from automl.data.tables.reader import TEXT_FORMATS, is_table
from automl.data.text.encoding import TextEncoding

# Bytes of a table that are read at once; in memory they take about ten times as much.
CHUNK_BYTES = 4_000_000
# Characters of a file in which the head of the table is looked for.
HEAD_CHARACTERS = 1_000_000
DELIMITERS_BY_SUFFIX = {".csv": DELIMITERS, ".tsv": "\t", ".tab": "\t"}
LONE_RETURN = re.compile(r"\r(?!\n)")
# Kinds of data of which each row of a table is an example.
BY_ROW = ("table", "text")
# Name of standard input in messages and answers.
STANDARD_INPUT = "-"
# First character of a table in a stream -> its suffix; with any other it is a CSV.
SUFFIXES = {b"{": ".jsonl", b"@": ".ts", b"#": ".ts"}
CSV = ".csv"
# Column of texts where the model was not trained on a table.
TEXT_COLUMN = "text"
# Function that reads the rows of a table as dicts, given its path and its character encoding.
Rows = Callable[[Path, str | None], Iterable[Mapping[str, Any]]]


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


def read_file(
    path: Path,
    encoding: Encoding,
    name: str | None = None,
    rows: Rows | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Reading]:
    """The examples of a file; if it cannot be read at all, one reading with the error.

    A large table is read in chunks, so that it need not fit into memory.

    Args:
        path: Path of the file.
        encoding: Encoding that reads it.
        name: Name of the file in the readings; None is its path.
        rows: Function that reads the rows of a table, for readings to carry; None for none.
        chunk_bytes: Bytes of a table that are read at once.
    """
    name = str(path) if name is None else name
    if encoding.kind not in BY_ROW or not is_large(path, chunk_bytes):
        yield from _read(Chunk(path, rows=0, lines=0), encoding, name, rows)
        return
    with TemporaryDirectory() as folder:
        try:
            for chunk in split_table(path, Path(folder), chunk_bytes):
                yield from _read(chunk, encoding, name, rows)
        except DataError as error:
            yield Reading(name, error=str(error).replace(str(path), name))


def _read(chunk: Chunk, encoding: Encoding, file: str, rows: Rows | None) -> Iterator[Reading]:
    """The examples of a chunk, named after the file that it is from."""
    try:
        cells = _cells(chunk.path, encoding, rows) if rows and is_table(chunk.path) else {}
        for number, reading in enumerate(encoding.read(chunk.path), start=chunk.rows + 1):
            is_whole = reading.name == str(chunk.path)
            yield replace(
                reading,
                name=file if is_whole else f"{file} {reading.item or f'row {number:,}'}",
                error=_rename(reading.error, chunk, file),
                note=_rename(reading.note, chunk, file),
                row=cells.get(reading.name),
            )
    except DataError as error:
        yield Reading(file, error=_rename(str(error), chunk, file))


def _cells(path: Path, encoding: Encoding, rows: Rows) -> dict[str, Mapping[str, Any]]:
    """Name of an example of a table -> its row."""
    characters = getattr(encoding, "characters", None)
    numbered = enumerate(rows(path, characters), start=1)
    return {f"{path} row {at:,}": row for at, row in numbered}


def _rename(message: str, chunk: Chunk, file: str) -> str:
    """A message about a chunk, with the name and line numbers of the file that it is from."""

    def line(found: re.Match[str]) -> str:
        return f"{file}:{int(found[1]) + chunk.lines}:"

    numbered = re.sub(rf"{re.escape(str(chunk.path))}:(\d+):", line, message)
    return numbered.replace(str(chunk.path), file)


def expand_paths(paths: Sequence[Path], encoding: Encoding) -> Iterator[Path]:
    """The given files, and the sorted files of the given folders that the encoding reads.

    Args:
        paths: Paths of files and folders.
        encoding: Encoding that is to read them; ``is_junk`` files of folders are left out.

    Raises:
        DataError: a path does not exist, or a folder has no such file.
    """
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {str(path)!r}")
        yield from _files_in(path, encoding) if path.is_dir() else [path]


def _files_in(folder: Path, encoding: Encoding) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and not is_junk(path, folder))
    found = sorted(path for path in files if encoding.reads(path))
    if not found:
        raise DataError(f"there are no {encoding.unit} in the folder {str(folder)!r}")
    return found


def read_stream(
    stream: BinaryIO, encoding: Encoding, rows: Rows | None = None
) -> Iterator[Reading]:
    """The examples of a stream, named ``-``: an image, one text a line, or a table.

    The stream is written to a file first, because readers read files and it may be larger than
    memory.

    Args:
        stream: Standard input, or another stream of bytes.
        encoding: Encoding that reads it.
        rows: Function that reads the rows of a table, for readings to carry; None for none.

    Raises:
        DataError: the stream is empty or not text.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder)
        if isinstance(encoding, TextEncoding):
            file = _write_lines(stream, path / "lines.jsonl", encoding.text or TEXT_COLUMN)
        else:
            file = _write(stream, path, "" if encoding.kind == "images" else CSV)
        yield from read_file(file, encoding, STANDARD_INPUT, rows)


def _write(stream: BinaryIO, folder: Path, usual: str) -> Path:
    """A file with a stream's content; its suffix is that of its form, or the usual one."""
    start = b""
    while not start.strip() and (line := stream.readline()):
        start += line
    if not start.strip():
        raise DataError("there is nothing on standard input")
    suffix = SUFFIXES.get(start.strip()[:1], usual) if usual else ""
    path = folder / f"input{suffix}"
    with path.open("wb") as file:
        file.write(start)
        shutil.copyfileobj(stream, file)
    return path


def _write_lines(stream: BinaryIO, path: Path, column: str) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number, line in enumerate(stream, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise DataError(f"{STANDARD_INPUT}:{number}: not UTF-8 text") from None
            file.write(json.dumps({column: text.rstrip("\r\n")}) + "\n")
    if not path.stat().st_size:
        raise DataError("there is nothing on standard input")
    return path
