"""MNIST and its successors, and CIFAR."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

PER_CLASS = 4


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of bytes as an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    return header + array.tobytes()


def idx_files(seed: int = 0) -> dict[str, bytes]:
    """The four files of the MNIST family, a few random images a class."""
    random = np.random.default_rng(seed)
    files = {}
    for prefix in ("train", "t10k"):
        targets = np.repeat(np.arange(10, dtype=np.uint8), PER_CLASS)
        images = random.integers(0, 256, (len(targets), 28, 28), np.uint8)
        files[f"{prefix}-images-idx3-ubyte"] = idx_bytes(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx_bytes(targets)
    return files


def write_mnist(folder: Path) -> None:
    """The four files, unpacked as torchvision does."""
    for name, content in idx_files().items():
        (folder / name).write_bytes(content)


def write_cifar(name: str, folder: Path) -> None:
    """The pickles of a CIFAR set, every batch of the same content."""
    from torchvision import datasets

    kind = getattr(datasets, name)
    fine = "fine" in kind.meta["key"]
    classes = 100 if fine else 10
    random = np.random.default_rng(0)
    batch = {
        "data": random.integers(0, 256, (classes * PER_CLASS, 3072), np.uint8),
        "fine_labels" if fine else "labels": list(range(classes)) * PER_CLASS,
    }
    # Python 2 wrote the real ones, with ints as flags of a dtype: NumPy 2.4.0 to 2.4.4 warn of it.
    content = pickle.dumps(batch, protocol=2).replace(b"\x89\x88", b"K\x00K\x01", 1)
    for file, _ in (*kind.train_list, *kind.test_list):
        (folder / file).write_bytes(content)
    names = {kind.meta["key"]: [f"thing {number}" for number in range(classes)]}
    (folder / kind.meta["filename"]).write_bytes(pickle.dumps(names, protocol=2))


def trust_cifar(name: str, root: Path, patch: pytest.MonkeyPatch) -> None:
    """Tell torchvision the checksums of what is there, in place of the real ones."""
    from torchvision import datasets

    kind = getattr(datasets, name)
    folder = root / kind.base_folder
    for table in ("train_list", "test_list"):
        files = [[file, md5(folder / file)] for file, _ in getattr(kind, table)]
        patch.setattr(kind, table, files)
    patch.setattr(kind, "meta", {**kind.meta, "md5": md5(folder / kind.meta["filename"])})


def md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
