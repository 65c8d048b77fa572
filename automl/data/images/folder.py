"""A user's own images, in a folder per class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from automl.core.errors import DataError
from automl.data.dataset import Dataset, Split, Targets
from automl.data.images.assemble import assemble
from automl.data.images.decode import Header, quiet_pillow, read_header, read_pixels
from automl.data.images.folder_layout import ImageFile, find_layout
from automl.data.images.reader import ImageReader
from automl.data.source import Announce, Source
from automl.data.splits import check_enough

LARGEST_DEFAULT = 128
Shape = tuple[int, int, int]


class ImageFolder(Source):
    """``DIR/CLASS/image.png``, or ``DIR/{train,val,test}/CLASS/image.png``.

    Any mix of sizes, colours and formats: ``decode_image`` says how an image becomes an array.

    Args:
        size: Side in pixels of the square that every image is fitted into. By default that of the
            images if all have one, else the median of their longer sides in steps of 8; at most
            128.
        channels: 1 for grey, 3 for RGB. By default 1 if all images are grey.
    """

    size: Annotated[int, Field(ge=8)] | None = None
    channels: Literal[1, 3] | None = None

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the folder ``name``; splits it does not have are cut with ``seed`` from train."""
        root = _absolute(name)
        reader = ImageReader(root, announce)
        try:
            given, labels = self._read(root, reader)
            return assemble(root.name, given, labels, seed, reader.notes)
        except OSError as error:
            raise DataError(f"{name}: {error}") from None
        except DataError as error:
            raise DataError(f"{name}: {'; '.join([str(error), *reader.notes])}") from None

    def _read(self, root: Path, reader: ImageReader) -> tuple[dict[str, Split], tuple[str, ...]]:
        layout = find_layout(root)
        with quiet_pillow():
            headers = {
                split: dict(reader.read("looking at images:", files, read_header))
                for split, files in layout.splits.items()
            }
            shape = self._shape([header for found in headers.values() for header in found.values()])
            check_enough(
                {split: _targets(found) for split, found in headers.items()}, layout.labels
            )
            given = {
                split: _read_split(reader, tuple(found), shape) for split, found in headers.items()
            }
        return given, layout.labels

    def _shape(self, headers: Sequence[Header]) -> Shape:
        if not headers:
            raise DataError("there is no image in it that can be read")
        size = self.size or _default_size([header.side for header in headers])
        channels = self.channels or (1 if all(header.grey for header in headers) else 3)
        return channels, size, size


def _absolute(name: str) -> Path:
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError as error:  # ~someone who is not there
        raise DataError(f"{name}: {error}") from None


def _default_size(sides: Sequence[int]) -> int:
    if len(set(sides)) == 1:
        return min(sides[0], LARGEST_DEFAULT)
    return min(max(8, round(median(sides) / 8) * 8), LARGEST_DEFAULT)


def _read_split(reader: ImageReader, files: Sequence[ImageFile], shape: Shape) -> Split:
    """One array for all images, filled in place: twice as much may not fit into memory."""
    inputs = np.empty((len(files), *shape), np.uint8)
    kept: list[ImageFile] = []
    for file, pixels in reader.read("reading images:", files, partial(read_pixels, shape=shape)):
        inputs[len(kept)] = pixels
        kept.append(file)
    return Split(inputs[: len(kept)], _targets(kept))


def _targets(files: Iterable[ImageFile]) -> Targets:
    return np.array([file.target for file in files], np.int64)
