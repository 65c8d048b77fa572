"""Reads images."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from automl.export.scripts.rows import CsvRow, rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The image in a file, or each that a table lists: uint8 (channels, height, width)."""
    if not file.lower().endswith((".csv", ".tsv", ".tab")):
        yield file, pixels(file, options)
        return
    column = options["files"]
    for at, row in enumerate(rows(file, options["characters"]), start=1):
        column = column or column_of_files(file, row)
        yield f"{file} row {at:,}", pixels(listed(file, row[column]), options)


def pixels(file: str | Path, options: dict[str, Any]) -> Any:
    """The pixels of an image, upright, scaled to fit and centred on white."""
    channels, height, width = options["image_shape"]
    with Image.open(file) as source:
        source.draft(None, (2 * max(channels, height, width),) * 2)  # large JPEGs are read smaller
        deep = deep_pixels(source, file)
        if deep is None:
            image = ImageOps.exif_transpose(source)
        else:
            image = Image.fromarray(eight_bits(deep, options["levels"]))
        if "A" in image.getbands() or "transparency" in image.info:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        flat = image.convert("L" if channels == 1 else "RGB")
        fitted = np.asarray(ImageOps.pad(flat, (width, height), color="white"))
    return fitted[None].copy() if channels == 1 else fitted.transpose(2, 0, 1).copy()


def deep_pixels(image: Any, file: str | Path) -> Any:
    """The pixels of an image with more than 8 bits, else None; colours are read byte by byte."""
    if image.mode.startswith(("I", "F")):
        return np.asarray(ImageOps.exif_transpose(image))
    tiles = [lower_bytes(*tile) for tile in image.tile] if image.mode in ("RGB", "RGBA") else []
    if not tiles or None in tiles:
        return None
    upper = np.asarray(ImageOps.exif_transpose(image), np.uint16)
    with Image.open(file) as again:
        again.tile = tiles
        return upper << 8 | np.asarray(ImageOps.exif_transpose(again), np.uint16)


def lower_bytes(codec: str, extents: Any, offset: int, arguments: Any) -> Any:
    """The decoder of 16-bit colours with their bytes swapped; None for other pixels."""
    raw, *more = (arguments,) if isinstance(arguments, str) else arguments or ("",)
    name, _, order = str(raw).rpartition(";")
    swapped = {"16B": "16L", "16L": "16B", "16N": "16B" if sys.byteorder == "little" else "16L"}
    if name not in ("RGB", "RGBA") or order not in swapped:
        return None
    mode = f"{name};{swapped[order]}"
    return codec, extents, offset, (mode, *more) if more else mode


def eight_bits(pixels: Any, levels: list[float] | None) -> Any:
    """Pixels with more than 8 bits as uint8, with the black and white of the training images."""
    if pixels.dtype.kind == "f" and levels is None:
        raise ValueError("floating-point pixels have no set range; save it with 8 or 16 bits")
    black, white = levels or (0, 65535)
    known = np.nan_to_num(pixels, nan=black).clip(black, white)
    scaled = np.rint((known - black) * (255 / (white - black))).astype(np.uint8)
    if pixels.shape[2:] == (4,):
        scaled[..., 3] = pixels[..., 3] >> 8
    return scaled


def listed(table: str, name: str) -> Path:
    """The file that a table names, relative to the table or in a folder beside it."""
    home, folders_and_file = Path(table).absolute().parent, re.split(r"[\\/]+", name.strip())
    if (home / name.strip()).is_file():
        return home / name.strip()
    tails = [Path(*folders_and_file[start:]) for start in range(len(folders_and_file))]
    beside = sorted(path for path in home.iterdir() if path.is_dir())
    first = home / Path(table).name.partition(".")[0]
    for folders in ([home], [first], [path for path in beside if path != first]):
        found = [file for folder in folders if (file := in_folder(folder, tails))]
        if len(found) == 1:
            return found[0]
    raise ValueError(f"there is no file {name!r}")


def column_of_files(table: str, row: CsvRow) -> str:
    """The first column that names a file."""
    for name, cell in row.items():
        try:
            listed(table, cell)
        except ValueError:
            continue
        return name
    raise ValueError("no column of it names the files of images")


def in_folder(folder: Path, tails: list[Path]) -> Path | None:
    """The first tail of a path that is a file, or an image with its suffix left out."""
    for tail in tails:
        if (folder / tail).is_file():
            return folder / tail
        known = Image.registered_extensions()
        named = (folder / tail.parent).glob(f"{escape(tail.name)}.*")
        images = [file for file in named if file.stem == tail.name and file.suffix.lower() in known]
        if len(images) == 1:
            return images[0]
    return None
