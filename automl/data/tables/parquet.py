"""Reads Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError, MissingPackage

if TYPE_CHECKING:
    import pandas as pd


def read_parquet(path: Path) -> pd.DataFrame:
    """The table of a file; what pandas wrote as an index is a column.

    Raises:
        DataError: It is damaged, or not a Parquet file.
        MissingPackage: pyarrow is not installed.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise MissingPackage("pyarrow", "pip install 'automl[parquet]'") from None

    try:
        with path.open("rb") as file:
            table = parquet.ParquetFile(file).read()
    except ArrowException as error:
        raise DataError(f"{path}: damaged, or not a Parquet file ({error})") from None
    frame: Any = table.to_pandas(ignore_metadata=True, date_as_object=False)
    return frame
