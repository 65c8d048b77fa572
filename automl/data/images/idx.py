"""IDX, the file format of MNIST: a header with the shape, then the bytes."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Images, Split

UNSIGNED_BYTES = 8


def read_idx(path: Path) -> Images:
    """An array of bytes from a gzipped IDX file (https://yann.lecun.com/exdb/mnist/).

    Raises:
        DataError: The file cannot be read, or is not what its header says.
    """
    try:
        content = bytearray(gzip.decompress(path.read_bytes()))
        kind, axes = content[2:4]
        shape = np.frombuffer(content, ">i4", count=axes, offset=4)
        if kind != UNSIGNED_BYTES:
            raise ValueError(f"type {kind} and not {UNSIGNED_BYTES}, unsigned bytes")
        return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"cannot read {path} as a gzipped IDX file: {error}") from None


def read_idx_splits(folder: Path) -> dict[str, Split]:
    """Train and test split of the four files that MNIST and its successors come as."""
    return {"train": _read_split(folder, "train"), "test": _read_split(folder, "t10k")}


def _read_split(folder: Path, prefix: str) -> Split:
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    targets = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    return Split(images[:, None], targets.astype(np.int64))
