"""The examples of a user's files, whatever their size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from automl.core.errors import DataError
from automl.data.encodings.encoding import Encoding, Reading
from automl.export.pieces import Piece, cut, is_large

# Of others, a file is one example, or its rows are of one.
BY_ROW = ("table", "text")


def read_file(path: Path, encoding: Encoding, name: str | None = None) -> Iterator[Reading]:
    """The examples of a file; one that cannot be read as a whole is one reading with its error.

    A large table is read in pieces, so that it does not have to fit into memory.

    Args:
        path: The file.
        encoding: Reads it.
        name: How it is called in what is said of it; None is its path.
    """
    called = str(path) if name is None else name
    if encoding.kind not in BY_ROW or not is_large(path):
        yield from _read(Piece(path, rows=0, lines=0), encoding, called)
        return
    with TemporaryDirectory() as folder:
        for piece in cut(path, Path(folder)):
            yield from _read(piece, encoding, called)


def _read(piece: Piece, encoding: Encoding, called: str) -> Iterator[Reading]:
    try:
        for row, reading in enumerate(encoding.read(piece.path), start=piece.rows + 1):
            is_whole = reading.name == str(piece.path)
            name = called if is_whole else f"{called} row {row:,}"
            yield replace(reading, name=name, error=_rename(reading.error, piece, called))
    except DataError as error:
        yield Reading(called, error=_rename(str(error), piece, called))


def _rename(text: str, piece: Piece, called: str) -> str:
    """What is said of a piece, said of the file that it is of."""

    def line(found: re.Match[str]) -> str:
        return f"{called}:{int(found[1]) + piece.lines}:"

    numbered = re.sub(rf"{re.escape(str(piece.path))}:(\d+):", line, text)
    return numbered.replace(str(piece.path), called)
