"""Reads images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageOps


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The one image of a file, scaled to fit and centred on white: uint8 (channels, y, x)."""
    channels, height, width = options["image_shape"]
    with Image.open(file) as source:
        source.draft(None, (2 * max(channels, height, width),) * 2)  # large JPEGs are read smaller
        image = ImageOps.exif_transpose(source)
        if image.mode.startswith("I"):  # 16 bits: the upper 8
            image = Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
        if "A" in image.getbands() or "transparency" in image.info:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        flat = image.convert("L" if channels == 1 else "RGB")
        pixels = np.asarray(ImageOps.pad(flat, (width, height), color="white"))
    yield file, pixels[None].copy() if channels == 1 else pixels.transpose(2, 0, 1).copy()
