"""The files of MNIST and of datasets of its layout: read, made from a pickle, and cut.

    python -m automl.data.catalogue.mnist DIR [--output FILE]

cuts the shipped ``fashion_mini`` from the whole of Fashion-MNIST. DIR holds its four ``…-ubyte.gz``
files (Debian's dataset-fashion-mnist has them in /usr/share/datasets/fashion-mnist). Same files and
same zlib, same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import pickle
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.catalogue.downloads import FileSource, NamedStreams
from automl.data.dataset import Images, Split
from automl.data.source import Announce
from automl.data.splits import FIXED_SEED, split_indices

FILE = Path(__file__).parent / "files" / "fashion_mini.npz"
"""The images that are shipped."""

# What pickled NumPy arrays consist of, under the names of NumPy 1.
ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}

LARGEST = 1 << 25  # bytes that are read at most, twice the size of the file

SCALE = 256  # the pickle has the grey values of MNIST divided by this
TENTH = 0.1  # 6,000 of 60,000 and 1,000 of 10,000

UNSIGNED_BYTES = 8  # the code of this type in an IDX file


@dataclass(frozen=True)
class MnistPickle:
    """The four files of MNIST, made from a pickle of three pairs ``(images, labels)``.

    The pairs have 50,000, 10,000 and 10,000 examples; the first two are MNIST's train images in
    their order, so that the files come out as they were published, byte for byte.

    Args:
        source: Source of the pickle.
        name: Name of the pickle.
        sha256: Checksum of the pickle; no other content is unpickled.
    """

    source: FileSource
    name: str
    sha256: str

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files that are asked for."""
        for _, stream in self.source.read((self.name,), announce):
            files = _files(self._unpickled(stream.read(LARGEST)))
            for name in files.keys() & set(names):
                yield name, BytesIO(files[name])

    def _unpickled(self, packed: bytes) -> Any:
        if hashlib.sha256(packed).hexdigest() != self.sha256:
            raise ValueError(f"{self.name} is not the published file (its sha256 differs)")
        with gzip.open(BytesIO(packed)) as pickled:
            return _OnlyArrays(pickled, encoding="latin1").load()

    def __str__(self) -> str:
        return str(self.source)


class _OnlyArrays(pickle.Unpickler):
    """Loads NumPy arrays and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise ValueError(f"{module}.{name} has no place in a pickle of arrays")
        return ADMITTED[module, name]


def _files(splits: Sequence[tuple[npt.NDArray[Any], npt.NDArray[Any]]]) -> Mapping[str, bytes]:
    train, validation, test = splits
    joined = tuple(np.concatenate(pair) for pair in zip(train, validation, strict=True))
    files = {}
    for prefix, (images, labels) in (("train", joined), ("t10k", test)):
        pixels = np.rint(images * SCALE).reshape(-1, 28, 28)
        files[f"{prefix}-images-idx3-ubyte"] = _idx(pixels)
        files[f"{prefix}-labels-idx1-ubyte"] = _idx(labels)
    return files


def _idx(values: npt.NDArray[Any]) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes()
    return header + values.astype(np.uint8).tobytes()


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
