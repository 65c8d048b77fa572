"""Small real files that datasets are read from."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from PIL import Image
from published_data.images import idx_files


def write_idx(folder: Path, gzipped: bool = False) -> None:
    folder.mkdir(parents=True)
    for name, content in idx_files().items():
        if gzipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


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
