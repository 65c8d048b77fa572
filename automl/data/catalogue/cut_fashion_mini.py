"""Cuts the shipped ``fashion_mini`` from the whole of Fashion-MNIST.

    python -m automl.data.catalogue.cut_fashion_mini DIR [--output FILE]

DIR holds the four ``…-ubyte.gz`` files (Debian's dataset-fashion-mnist has them in
/usr/share/datasets/fashion-mnist). Same files and same zlib, same bytes.
"""

from __future__ import annotations

import gzip
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np

from automl.core.errors import DataError
from automl.data.catalogue.images import FILE
from automl.data.dataset import Images, Split
from automl.data.splits import FIXED_SEED, split_indices

TENTH = 0.1  # 6,000 of 60,000 and 1,000 of 10,000

UNSIGNED_BYTES = 8  # the code of this type in an IDX file


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
    """Train and test split from the four files of MNIST, or of a dataset of the same layout."""
    return {"train": _read_idx_split(folder, "train"), "test": _read_idx_split(folder, "t10k")}


def _read_idx_split(folder: Path, prefix: str) -> Split:
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    targets = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    return Split(images[:, None], targets.astype(np.int64))


def cut(folder: Path, output: Path) -> None:
    """Write a tenth of each class and split in ``folder`` to ``output``, an npz file."""
    arrays: dict[str, Any] = {}
    for name, split in read_idx_splits(folder).items():
        _, chosen = split_indices(split.targets, [TENTH], FIXED_SEED)
        tenth = split.take(chosen)
        arrays[f"{name}_inputs"] = tenth.inputs
        arrays[f"{name}_targets"] = tenth.targets.astype(np.uint8)
    np.savez_compressed(output, **arrays)


def main() -> None:
    """Read the command line and write the file."""
    parser = ArgumentParser(description="Cut fashion_mini from the whole of Fashion-MNIST.")
    parser.add_argument("folder", type=Path, help="where the four …-ubyte.gz files are")
    parser.add_argument("--output", type=Path, default=FILE, help="the npz file to write")
    given = parser.parse_args()
    cut(given.folder, given.output)


if __name__ == "__main__":
    main()
