"""Examples to predict: from files and folders of any size, and from standard input."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from automl.core.errors import DataError
from automl.data.encoding import Encoding, Reading
from automl.data.folder_layout import is_junk
from automl.data.tables.reader import is_table
from automl.data.text.encoding import TextEncoding
from automl.inference.chunks import CHUNK_BYTES, Chunk, is_large, split_table

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
