"""Hashes what was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.data.series.numbers import is_number

if TYPE_CHECKING:
    import pandas as pd


def hash_arrays(names: Sequence[str], arrays: Iterable[npt.NDArray[Any]]) -> str:
    """SHA-256 (hexadecimal) of names and values; the same on machines of either byte order."""
    digest = hashlib.sha256(json.dumps(list(names)).encode())
    for array in arrays:
        digest.update(json.dumps(array.shape).encode())
        digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)
    return digest.hexdigest()


def hash_table(frame: pd.DataFrame) -> str:
    """SHA-256 (hexadecimal) of the names of a table's columns and of all its values."""
    return hash_arrays(list(frame), (_as_bytes(frame[column]) for column in frame))


def _as_bytes(column: pd.Series[Any]) -> npt.NDArray[Any]:
    if is_number(column):
        numbers: npt.NDArray[Any] = column.to_numpy(np.float64, na_value=np.nan)
        return numbers
    missing = column.isna()
    texts = [None if gone else str(each) for each, gone in zip(column, missing, strict=True)]
    return np.frombuffer(json.dumps(texts).encode(), np.uint8)
