"""MNIST from a pickle: the published files, and no code run."""

from __future__ import annotations

import gzip
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from catalogue_files import put

from automl.data.catalogue.downloads import LocalFolder
from automl.data.catalogue.mnist import MnistPickle, read_idx_splits

NAMES = tuple(
    f"{prefix}-{what}-ubyte"
    for prefix in ("train", "t10k")
    for what in ("images-idx3", "labels-idx1")
)


def pickled(splits: object) -> bytes:
    """As the real one: under the names that NumPy 1 gave its parts."""
    content = pickle.dumps(splits, protocol=3)
    return gzip.compress(content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))


def source_of(folder: Path, packed: bytes) -> MnistPickle:
    put(folder, {"mnist.pkl.gz": packed})
    return MnistPickle(LocalFolder(str(folder)), "mnist.pkl.gz", hashlib.sha256(packed).hexdigest())


def read(source: MnistPickle, names: tuple[str, ...] = NAMES) -> dict[str, bytes]:
    return {name: stream.read() for name, stream in source.read(names, print)}


def test_the_files_come_out_as_they_were_published(tmp_path):
    random = np.random.RandomState(0)
    images = random.randint(0, 256, (9, 28, 28)).astype(np.uint8)
    labels = random.randint(0, 10, 9)
    flat = (images.reshape(9, 784) / np.float32(256)).astype(np.float32)
    cuts = (slice(0, 5), slice(5, 7), slice(7, 9))
    found = read(source_of(tmp_path, pickled(tuple((flat[c], labels[c]) for c in cuts))))
    put(tmp_path / "idx", {f"{name}.gz": gzip.compress(data) for name, data in found.items()})
    splits = read_idx_splits(tmp_path / "idx")
    np.testing.assert_array_equal(splits["train"].inputs[:, 0], images[:7])
    np.testing.assert_array_equal(splits["train"].targets, labels[:7])
    np.testing.assert_array_equal(splits["test"].inputs[:, 0], images[7:])
    np.testing.assert_array_equal(splits["test"].targets, labels[7:])


def test_only_the_files_asked_for_are_given(tmp_path):
    splits = tuple((np.zeros((1, 784), np.float32), np.zeros(1, np.int64)) for _ in range(3))
    source = source_of(tmp_path, pickled(splits))
    assert read(source, ("t10k-labels-idx1-ubyte", "unheard-of")).keys() == {NAMES[3]}


def test_a_pickle_that_is_not_the_published_one_is_not_opened(tmp_path):
    source = source_of(tmp_path, pickled(()))
    put(tmp_path, {"mnist.pkl.gz": b"something else"})
    with pytest.raises(ValueError, match=r"mnist\.pkl\.gz is not the published file"):
        read(source)


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "evil",)

    with pytest.raises(ValueError, match="has no place in a pickle of arrays"):
        read(source_of(tmp_path, pickled(Evil())))
    assert not (tmp_path / "evil").exists()
