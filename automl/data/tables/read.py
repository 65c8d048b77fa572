"""Reads a table: CSV, TSV, JSON lines or Parquet."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.errors import DataError
from automl.data.tables.delimited import read_delimited
from automl.data.tables.json_lines import read_json_lines
from automl.data.tables.parquet import read_parquet
from automl.data.tables.unpack import OPENERS, read_unpacked

if TYPE_CHECKING:
    import pandas as pd

TEXT: dict[str, Callable[[str, str], pd.DataFrame]] = {
    ".csv": lambda text, name: read_delimited(text, name, ",;\t"),
    ".tsv": lambda text, name: read_delimited(text, name, "\t"),
    ".tab": lambda text, name: read_delimited(text, name, "\t"),
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
SUFFIXES = (*TEXT, ".parquet")
DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def is_table(path: Path) -> bool:
    """Whether the name of a file says that ``read_table`` can read it."""
    return _form(path) in SUFFIXES


def read_table(path: Path) -> pd.DataFrame:
    """Read a table, with the types that its content has; strings stay strings.

    The suffix says what it is: .csv, .tsv, .tab, .jsonl and .ndjson, as they are or compressed
    (.gz, .xz), or .parquet.

    Returns:
        At least one row and one column; every column has a name of its own. What is missing is
        NaN, None or NaT: an empty field or NA of a CSV or TSV, null of the others.

    Raises:
        DataError: It cannot be read; names the file and, where there is one, the line.
        MissingPackage: It is a Parquet file, and pyarrow is not installed.
    """
    _check_form(path)
    form = _form(path)
    try:
        frame = read_parquet(path) if form == ".parquet" else TEXT[form](_text(path), str(path))
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())  # Arrow's have lines
        raise DataError(f"{path}: {reason}") from None
    if frame.empty:
        raise DataError(f"{path}: there are no rows in it")
    return frame


def _form(path: Path) -> str:
    """The suffix that says what a file is, without that of its compression."""
    if path.suffix.lower() not in OPENERS:
        return path.suffix.lower()
    plain = path.with_suffix("").suffix.lower()
    return plain if plain in TEXT else path.suffix.lower()


def _check_form(path: Path) -> None:
    known = ", ".join(SUFFIXES)
    if path.is_dir():
        raise DataError(f"{path}: this is a folder, but the file of a table is needed ({known})")
    if not is_table(path):
        raise DataError(
            f"{path}: a table is one of {known}, and text may be compressed (.gz, .xz); save it as "
            "one of them"
        )


def _text(path: Path) -> str:
    """The characters of a file in UTF-8, with or without a byte order mark."""
    content = b""
    try:
        content = read_unpacked(path)
        text = content.decode("utf-8-sig")
    except DAMAGED as error:
        raise DataError(f"{path}: damaged or not complete ({error})") from None
    except UnicodeDecodeError as error:
        where = f"{path}:{_line(content, error.start)}"
        byte = f"byte {error.start:,} is {content[error.start]:#04x}"
        raise DataError(f"{where}: not UTF-8 text ({byte}); save the file as UTF-8") from None
    if "\0" in text:
        line = _line(content, content.index(b"\0"))
        raise DataError(f"{path}:{line}: a zero byte, so this is not a file of text")
    if not text.strip():
        raise DataError(f"{path}: the file is empty")
    return text


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
