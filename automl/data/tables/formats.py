"""Formats of table files besides delimited text: JSON lines, Parquet, Excel, and compression."""

from __future__ import annotations

import gzip
import json
import lzma
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError, MissingPackage
from automl.data.cells.delimited import Cells, cells_of_rows
from automl.data.cells.header import RowRecord

if TYPE_CHECKING:
    import pandas as pd

# Any file may unpack to this many bytes, and a large one to this many times its size. Real text is
# about ten times as large as its packed file; a file made to fill the memory, a thousand times.
UNPACKED_BYTES_ALWAYS, UNPACKED_TIMES = 100_000_000, 100

OPENERS: Mapping[str, type[gzip.GzipFile | lzma.LZMAFile]] = {
    ".gz": gzip.GzipFile,
    ".xz": lzma.LZMAFile,
}


def check_unpacked(path: Path, size: int) -> None:
    """Check that a file does not unpack to too much.

    Args:
        path: Path of the packed file.
        size: Unpacked size in bytes.

    Raises:
        DataError: The size is too large for such a file.
    """
    packed = path.stat().st_size
    if size > max(UNPACKED_BYTES_ALWAYS, UNPACKED_TIMES * packed):
        raise DataError(
            f"{path}: its {packed:,} bytes unpack to over {UNPACKED_TIMES} times as many, and "
            "could fill up the memory; if the file is right, save it unpacked"
        )


def read_unpacked(path: Path) -> bytes:
    """The content of a file, unpacked if its suffix is one of ``OPENERS``.

    Raises:
        DataError: The file unpacks to too much.
        EOFError, OSError, lzma.LZMAError, zlib.error: The file cannot be read, or is damaged.
    """
    opener = OPENERS.get(path.suffix.lower())
    if opener is None:
        return path.read_bytes()
    with opener(path) as file:
        content = file.read(max(UNPACKED_BYTES_ALWAYS, UNPACKED_TIMES * path.stat().st_size) + 1)
    check_unpacked(path, len(content))
    return content


def read_json_lines(text: str, name: str) -> pd.DataFrame:
    """The table in a text, with a column for each key of any line.

    Args:
        text: Text of the whole file.
        name: Name of the file, for messages.

    Raises:
        DataError: A line is no JSON object; names the line.
    """
    import pandas as pd

    lines = enumerate(text.split("\n"), start=1)  # splitlines() also cuts at U+2028
    return pd.DataFrame([_parse_line(line, f"{name}:{at}") for at, line in lines if line.strip()])


def _parse_line(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        if "\\u" in line:  # an escape may be half of a character
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = str(error).replace("line 1 ", "")  # json counts lines in the one that it gets
        raise DataError(f"{where}: not JSON ({reason})") from None
    if not isinstance(record, dict):
        raise DataError(f'{where}: not an object, as {{"text": "fine", "label": 1}} is one')
    return record


def read_parquet(path: Path) -> pd.DataFrame:
    """The table in a file; an index that pandas wrote becomes a column.

    Raises:
        DataError: The file is damaged, no Parquet file, or unpacks to too much.
        MissingPackage: pyarrow is not installed.
    """
    try:
        from pyarrow import ArrowException, parquet, types
    except ImportError:
        raise MissingPackage("pyarrow", "pip install 'automl[parquet]'") from None

    try:
        with path.open("rb") as file:
            packed = parquet.ParquetFile(file)
            check_unpacked(path, packed.metadata.num_rows * packed.metadata.num_columns * 8)
            table = packed.read()
    except ArrowException as error:
        raise DataError(f"{path}: damaged, or not a Parquet file ({error})") from None
    frame: Any = table.to_pandas(ignore_metadata=True, date_as_object=False)
    # Old programs write text as bytes.
    for field in table.schema:
        if types.is_binary(field.type) or types.is_large_binary(field.type):
            frame[field.name] = frame[field.name].map(_decode_bytes, na_action="ignore")
    return frame


def _decode_bytes(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def read_excel(path: Path) -> Cells:
    """The first sheet with a table, as if saved as CSV; formulas are replaced by their values.

    Raises:
        DataError: The file is damaged, no workbook, has no rows, or unpacks to too much.
        UnreadableCells: The sheet has no header.
        MissingPackage: openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingPackage("openpyxl", "pip install 'automl[excel]'") from None

    try:
        with zipfile.ZipFile(path) as packed:
            check_unpacked(path, sum(each.file_size for each in packed.infolist()))
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError(f"{path}: damaged, or not an Excel workbook ({error})") from None
    try:
        return _first_table(book.worksheets, path)
    finally:
        book.close()


def _first_table(sheets: list[Any], path: Path) -> Cells:
    for sheet in sheets:
        rows = list(_sheet_rows(sheet))
        if len(rows) > 1:
            cells = cells_of_rows(rows)
            if len(sheets) == 1:
                return cells
            others = ", ".join(repr(each.title) for each in sheets if each is not sheet)
            return cells.with_notes(f"read the sheet {sheet.title!r}, and not {others[:80]}")
    raise DataError(f"{path}: there are no rows in it")


def _sheet_rows(sheet: Any) -> Iterator[RowRecord]:
    """The rows that are not empty, filled up to the length of the longest."""
    sheet.reset_dimensions()  # the size that the file states may be wrong
    found = [
        (line, [_cell_text(value) for value in values])
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1)
    ]
    width = max((at + 1 for _, row in found for at, cell in enumerate(row) if cell), default=0)
    for line, row in found:
        if any(row):
            yield RowRecord([*row, *[""] * width][:width], line, 1)


def _cell_text(value: Any) -> str:
    """The text of a cell, as in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip()
