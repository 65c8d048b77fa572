"""Cuts the shipped ``fashion_mini`` from the whole of Fashion-MNIST.

    python -m automl.data.images.cut_fashion_mini DIR [--output FILE]

DIR holds the four ``…-ubyte.gz`` files (Debian's dataset-fashion-mnist has them in
/usr/share/datasets/fashion-mnist). Same files and same zlib, same bytes.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np

from automl.data.images.fashion_mini import FILE
from automl.data.images.idx import read_idx_splits
from automl.data.splits import FIXED_SEED, split_indices

TENTH = 0.1  # 6,000 of 60,000 and 1,000 of 10,000


def cut(folder: Path, output: Path) -> None:
    """Write a tenth of each class of each split in ``folder`` to ``output``, an npz file."""
    arrays: dict[str, Any] = {}
    for name, split in read_idx_splits(folder).items():
        _, chosen = split_indices(split.targets, [TENTH], FIXED_SEED)
        part = split.take(chosen)
        arrays[f"{name}_inputs"] = part.inputs
        arrays[f"{name}_targets"] = part.targets.astype(np.uint8)
    np.savez_compressed(output, **arrays)


def main() -> None:
    """Read the command line and cut."""
    parser = ArgumentParser(description="Cut fashion_mini from the whole of Fashion-MNIST.")
    parser.add_argument("folder", type=Path, help="where the four …-ubyte.gz files are")
    parser.add_argument("--output", type=Path, default=FILE, help="the npz file to write")
    given = parser.parse_args()
    cut(given.folder, given.output)


if __name__ == "__main__":
    main()
