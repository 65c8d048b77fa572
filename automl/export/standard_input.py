"""Examples that come in a stream rather than as a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from automl.core.errors import DataError
from automl.data.encodings.encoding import Encoding, Reading
from automl.data.encodings.text import TextEncoding
from automl.export.readings import read_file

NAME = "-"
# What the first character of a table says of its form; without one of these it is a CSV.
FORMS = {b"{": ".jsonl", b"@": ".ts", b"#": ".ts"}
COLUMN = "text"


def read_stream(stream: BinaryIO, encoding: Encoding) -> Iterator[Reading]:
    """The examples of a stream, called ``-``: the picture that it is, or a text a line, or a table.

    It is written to a file first, for that is what readers read, and it may be larger than memory.

    Raises:
        DataError: there is nothing in it, or it is no text.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder)
        if isinstance(encoding, TextEncoding):
            file = _write_lines(stream, path / "lines.jsonl", encoding.text or COLUMN)
        else:
            file = _write(stream, path)
        yield from read_file(file, encoding, NAME)


def _write(stream: BinaryIO, folder: Path) -> Path:
    start = b""
    while not start.strip() and (line := stream.readline()):
        start += line
    if not start.strip():
        raise DataError("there is nothing on standard input")
    path = folder / f"input{FORMS.get(start.strip()[:1], '.csv')}"
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
                raise DataError(f"{NAME}:{number}: not UTF-8 text") from None
            file.write(json.dumps({column: text.rstrip("\r\n")}) + "\n")
    if not path.stat().st_size:
        raise DataError("there is nothing on standard input")
    return path
