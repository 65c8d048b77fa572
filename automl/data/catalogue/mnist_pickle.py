"""MNIST as a pickle of arrays, as deeplearning.net published it, turned back into its IDX files."""

from __future__ import annotations

import gzip
import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.data.catalogue.downloads import FileSource, NamedStreams
from automl.data.source import Announce

# What pickled NumPy arrays consist of, under the names of NumPy 1.
ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}

LARGEST = 1 << 25  # bytes that are read at most, twice the size of the file

SCALE = 256  # the pickle has the grey values of MNIST divided by this


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
