"""Reads a table from a file of any format, and writes rows to a file of JSON lines."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.cells.characters import UnreadableCells, decode
from automl.data.cells.delimited import DELIMITERS, Cells, read_cells
from automl.data.tables.formats import (
    OPENERS,
    read_excel,
    read_json_lines,
    read_parquet,
    read_unpacked,
)
from automl.data.tables.type_inference import (
    KnownColumns,
    TypedTable,
    infer_cells,
    infer_frame,
    read_as_known,
)

if TYPE_CHECKING:
    import pandas as pd

TEXT_FORMATS: dict[str, Callable[[str, str], Cells | pd.DataFrame]] = {
    ".csv": lambda text, name: read_cells(text, DELIMITERS),
    ".tsv": lambda text, name: read_cells(text, "\t"),
    ".tab": lambda text, name: read_cells(text, "\t"),
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}

BINARY_FORMATS: dict[str, Callable[[Path], Cells | pd.DataFrame]] = {
    ".xlsx": read_excel,
    ".parquet": read_parquet,
}

SUFFIXES = (*TEXT_FORMATS, *BINARY_FORMATS)

SUFFIX = ".jsonl"
"""Suffix of the files that ``write_rows`` writes."""

DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def is_table(path: Path) -> bool:
    """Whether a file is a table, by its name."""
    return _suffix(path) in SUFFIXES


def read_table(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """The data frame of ``open_table``."""
    return open_table(path, encoding=encoding).frame


def typed_rows(path: Path, encoding: str | None = None) -> Iterable[Mapping[str, Any]]:
    """The rows of a table, with numbers, texts, and None for missing values, by column."""
    return frame_rows(read_table(path, encoding))


def rows_as_written(path: Path, encoding: str | None = None) -> Iterable[Mapping[str, Any]]:
    """The rows of a table by column; of a text file, each cell as it is written."""
    content = _read_content(path, encoding)
    return content.rows() if isinstance(content, Cells) else frame_rows(content)


def open_table(
    path: Path, known: KnownColumns | None = None, encoding: str | None = None
) -> TypedTable:
    """Read a table.

    The suffix of the file names its format: .csv, .tsv, .tab, .jsonl or .ndjson, also compressed
    (.gz, .xz), .xlsx or .parquet.

    Args:
        path: Path of the file.
        known: How to read the columns that a model was trained with; None to find the types.
        encoding: Character encoding of a text file; None to find it.

    Returns:
        A table with at least one row and one column, and a different name for each column. Columns
        of numbers in any format become numbers. Missing values are NaN, None or NaT.

    Raises:
        DataError: The file cannot be read; names it and, if possible, the line.
        MissingPackage: The library for a Parquet or Excel file is not installed.
    """
    _check_suffix(path)
    try:
        content = _read_content(path, encoding)
    except UnreadableCells as error:
        where = path if error.line is None else f"{path}:{error.line}"
        raise DataError(f"{where}: {error.message}") from None
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())  # Arrow's have several lines
        raise DataError(f"{path}: {reason}") from None
    table = _infer(content) if known is None else read_as_known(content, known)
    if table.frame.empty:
        raise DataError(f"{path}: there are no rows in it")
    return table


def _read_content(path: Path, encoding: str | None) -> Cells | pd.DataFrame:
    suffix = _suffix(path)
    if suffix in BINARY_FORMATS:
        return BINARY_FORMATS[suffix](path)
    try:
        characters = decode(read_unpacked(path), encoding)
    except DAMAGED as error:
        raise DataError(f"{path}: damaged or not complete ({error})") from None
    content = TEXT_FORMATS[suffix](characters.text, str(path))
    return content.with_notes(characters.note) if isinstance(content, Cells) else content


def _infer(content: Cells | pd.DataFrame) -> TypedTable:
    return infer_cells(content) if isinstance(content, Cells) else infer_frame(content)


def _suffix(path: Path) -> str:
    """The suffix of a file, in small letters, without that of a compression."""
    if path.suffix.lower() not in OPENERS:
        return path.suffix.lower()
    plain = path.with_suffix("").suffix.lower()
    return plain if plain in TEXT_FORMATS else path.suffix.lower()


def _check_suffix(path: Path) -> None:
    known = ", ".join(SUFFIXES)
    if path.is_dir():
        raise DataError(f"{path}: this is a folder, but the file of a table is needed ({known})")
    if not is_table(path):
        raise DataError(
            f"{path}: a table is one of {known}, and text may be compressed (.gz, .xz); save it as "
            "one of them"
        )


def frame_rows(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """The rows of a data frame by column, with None for missing values.

    The index becomes columns too, unless it is whole numbers without a name.
    """
    from pandas import RangeIndex
    from pandas.api import types

    index = frame.index
    if not isinstance(index, RangeIndex) and (
        any(name is not None for name in index.names) or not types.is_integer_dtype(index.dtype)
    ):
        usual = "time" if isinstance(index.dtype, np.dtype) and index.dtype.kind == "M" else "index"
        names = [usual if name is None else name for name in index.names]
        frame = frame.reset_index(names=names)
    columns = list(map(str, frame.columns))
    cells = (_column_cells(frame.iloc[:, at]) for at in range(len(columns)))
    return (dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))


def _column_cells(values: pd.Series[Any]) -> list[Any]:
    """The cells of a column; dates have no time of day if all of them are at midnight."""
    from pandas.api import types

    plain: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    if (
        types.is_datetime64_dtype(values)
        and (values.dropna() == values.dropna().dt.normalize()).all()
    ):
        return [None if each is None else each.date() for each in plain]
    return plain


def json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """The text of a file with a JSON object for each row."""
    return "".join(
        json.dumps(dict(row), ensure_ascii=False, default=_json_value) + "\n" for row in rows
    )


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write a file with a JSON object for each row."""
    path.write_text(json_lines(rows), encoding="utf-8")


def _json_value(cell: Any) -> Any:
    """A value that JSON has no type for: NumPy's as numbers and lists, others as texts."""
    return cell.tolist() if isinstance(cell, np.ndarray | np.generic) else str(cell)
