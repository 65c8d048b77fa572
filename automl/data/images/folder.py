"""A user's own images, in a folder per class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from automl.core.errors import DataError
from automl.core.target import Classes
from automl.data.dataset import Dataset
from automl.data.encodings.images import ImageEncoding
from automl.data.images.assemble import TASK
from automl.data.images.cut_folder import note_shared_sources
from automl.data.images.decode import LARGEST_SIDE, Header, quiet_pillow
from automl.data.images.mapped import ImageShape
from automl.data.images.reader import FolderReader
from automl.data.source import Announce, Source

LARGEST_DEFAULT = 128


def _check_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        rule = "Input should be a regular expression ({error})"
        raise PydanticCustomError("expression", rule, {"error": str(error)}) from None
    return value


class ImageFolder(Source):
    """``DIR/CLASS/image.png``, or ``DIR/{train,val,test}/CLASS/image.png``.

    Any mix of sizes, colours and formats: ``decode_image`` says how an image becomes an array.
    Each is decoded once, into the cache, whence it is mapped: the folder may be larger than memory.
    """

    kind = "images"

    size: Annotated[int, Field(ge=8, le=LARGEST_SIDE)] | None = None
    """Side in pixels of the square that every image is fitted into. By default that of the images
    if all have one, else the median of their longer sides in steps of 8; at most 128."""

    channels: Literal[1, 3] | None = None
    """1 for grey, 3 for RGB. By default 1 if all images are grey."""

    group: Annotated[str, AfterValidator(_check_expression)] | None = None
    """Finds in a file's path below the folder of its class what it is a frame of: a regular
    expression, whose first group, or else all it matches, is the name of the source:
    ``^(video\\d+)_``. Images of one source are then in one split."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the folder ``name``; splits it does not have are cut with ``seed`` from train."""
        root = _absolute(name)
        try:
            with quiet_pillow():
                return self._load(FolderReader(root, announce), root.name, seed, announce)
        except (OSError, DataError) as error:
            raise DataError(f"{name}: {error}") from None

    def _load(self, reader: FolderReader, name: str, seed: int, announce: Announce) -> Dataset:
        try:
            decoded = reader.decode(self._shape(reader.headers), seed, self.group)
        except DataError as error:
            raise DataError("; ".join([str(error), *reader.notes])) from None
        splits = decoded.map_splits()
        facts = decoded.facts(splits, announce)
        shared = note_shared_sources(decoded.files, self.group)
        return Dataset(
            name=name,
            task=TASK,
            **splits,
            encoding=ImageEncoding(image_shape=decoded.shape, mean=facts.mean, std=facts.std),
            target=Classes(reader.labels),
            notes=(*reader.notes, *shared, *facts.repeated),
            fingerprint=decoded.fingerprint(reader.labels),
        )

    def _shape(self, headers: Sequence[Header]) -> ImageShape:
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
