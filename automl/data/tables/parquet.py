"""Reads Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError, MissingPackage
from automl.data.tables.unpack import check_unpacked

if TYPE_CHECKING:
    import pandas as pd


def read_parquet(path: Path) -> pd.DataFrame:
    """The table of a file; what pandas wrote as an index is a column.

    Raises:
        DataError: It is damaged, not a Parquet file, or unpacks to too much.
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
    # Old writers give text no other type than bytes.
    for field in table.schema:
        if types.is_binary(field.type) or types.is_large_binary(field.type):
            frame[field.name] = frame[field.name].map(_as_text, na_action="ignore")
    return frame


def _as_text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
