"""Small real files of every kind that datasets are read from."""

from __future__ import annotations

import gzip
import hashlib
import pickle
from pathlib import Path

import numpy as np
from PIL import Image

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


def write_idx(folder: Path, gzipped: bool = False) -> None:
    folder.mkdir(parents=True)
    for name, content in idx_files().items():
        if gzipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


def write_cifar(root: Path, kind: type, monkeypatch) -> None:
    """The files of a CIFAR set; torchvision is told their checksums in place of the real ones."""
    folder = root / kind.base_folder
    folder.mkdir(parents=True)
    fine = "fine" in kind.meta["key"]
    classes = 100 if fine else 10
    random = np.random.default_rng(0)
    batch = {
        "data": random.integers(0, 256, (classes * PER_CLASS, 3072), np.uint8),
        "fine_labels" if fine else "labels": list(range(classes)) * PER_CLASS,
    }
    # Python 2 wrote the real ones, with ints as flags of a dtype: NumPy 2.4.0 to 2.4.4 warn of it.
    content = pickle.dumps(batch, protocol=2).replace(b"\x89\x88", b"K\x00K\x01", 1)
    names = pickle.dumps({kind.meta["key"]: [f"thing {i}" for i in range(classes)]}, protocol=2)
    for table in ("train_list", "test_list"):
        files = [name for name, _ in getattr(kind, table)]
        for name in files:
            (folder / name).write_bytes(content)
        monkeypatch.setattr(kind, table, [[name, md5(content)] for name in files])
    (folder / kind.meta["filename"]).write_bytes(names)
    monkeypatch.setattr(kind, "meta", {**kind.meta, "md5": md5(names)})


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def save_image(path: Path, mode: str = "L", size: tuple[int, int] = (12, 10), seed: int = 0):
    """A random image; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    width, height = size
    if mode == "I;16":
        image = Image.fromarray(random.integers(0, 65536, (height, width), np.uint16))
    else:
        rgba = random.integers(0, 256, (height, width, 4), np.uint8)
        image = Image.fromarray(rgba).convert(mode)
    image.save(path)


def save_folder(root: Path, classes=("cat", "dog"), count: int = 6, **image) -> Path:
    """A folder of images per class."""
    for number, label in enumerate(classes):
        for index in range(count):
            save_image(root / label / f"{index}.png", seed=100 * number + index, **image)
    return root
