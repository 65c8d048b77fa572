"""The encoding of images: whole, undistorted, of one size, as bytes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from automl.core.error_analysis import ImageExample
from automl.core.errors import DataError
from automl.data.dataset import Images
from automl.data.encoding import Array, Encoding, Reading
from automl.data.images.decode import LARGEST_SIDE, ImageSource, Levels, decode_image, is_image_name
from automl.data.images.listing import ImageFiles
from automl.data.tables.columns import as_text
from automl.data.tables.reader import is_table, open_table

LARGEST_PICTURE = 160
"""Largest side in pixels of an image that people are shown, so that reports stay small."""


def _in_order(levels: Levels) -> Levels:
    if levels[0] >= levels[1]:
        raise ValueError("black must be below white")
    return levels


Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]


class ImageEncoding(Encoding):
    """``decode_image`` makes the array; the model normalizes it by the train split's statistics."""

    kind: ClassVar[str] = "images"
    unit: ClassVar[str] = "images"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "uint8"
    example_file: ClassVar[str] = "image.png"
    inputs_note: ClassVar[str] = (
        "Pixels go in as they are, 0 to 255: normalizing is part of the model."
    )
    limit_note: ClassVar[str] = (
        "It sees {1}×{2} pixels: `automl predict` scales images to fit and centres them on white, "
        "and your own code has to do the same."
    )

    image_shape: tuple[Literal[1, 3], Side, Side]
    """(channels, height, width); 1 channel is grey, 3 are RGB."""

    mean: tuple[float, ...]
    """Mean of each channel on the train split, pixels counted from 0 to 1."""

    std: tuple[float, ...]
    """Standard deviation of each channel on the train split; at least 1/255, to divide by it."""

    levels: Annotated[Levels, AfterValidator(_in_order)] | None = None
    """(black, white) of the train split's images of more than 8 bits; None if it has none, and then
    the whole range of 16 bits counts."""

    files: str | None = None
    """Column of a table that names the files of images; None if they were in a folder."""

    characters: str | None = None
    """Character encoding of such a table, if the user named one; None if the file shows it."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
        return self.image_shape

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Bytes to numbers around 0."""
        return {"normalize": {"mean": list(self.mean), "std": list(self.std)}}

    def describe(self) -> str:
        """The shape, as in ``"1×28×28"``."""
        return "×".join(map(str, self.image_shape))

    def reads(self, path: Path) -> bool:
        """Whether the file's suffix is that of an image."""
        return is_image_name(path.name)

    def decode(self, source: ImageSource) -> Images:
        """One image, uint8 (channels, height, width).

        Raises:
            DataError: The image cannot be read: see ``decode_image``.
        """
        return decode_image(source, self.image_shape, self.levels)

    def read(self, path: Path) -> Iterator[Reading]:
        """The image of a file, or each image that a table lists.

        A file that is missing or not an image becomes a reading with an error.

        Raises:
            DataError: The table cannot be read, or has no column of files.
        """
        if is_table(path):
            for row, file in enumerate(self._listed(path), start=1):
                yield self._reading(f"{path} row {row:,}", file)
        else:
            yield self._reading(str(path), path)

    def _listed(self, table: Path) -> Iterator[Path | str]:
        """The file of each row, or a string that says why there is none."""
        frame = open_table(table, {}, self.characters).frame  # all columns as texts
        try:
            files = ImageFiles(table)
            column = self.files if self.files in frame else files.find_column(frame)
        except DataError as error:
            raise DataError(f"{table}: {error}") from None
        for said in as_text(frame[column]).astype(object).fillna(""):
            yield files.find(said) or f"there is no file {said!r}"

    def _reading(self, name: str, file: Path | str) -> Reading:
        if isinstance(file, str):
            return Reading(name, error=file)
        try:
            return Reading(name, self.decode(file))
        except DataError as error:
            return Reading(name, error=str(error))

    def show(self, value: Array) -> ImageExample:
        """The image, at most ``LARGEST_PICTURE`` pixels wide and high."""
        from PIL import Image

        pixels = value[0] if len(value) == 1 else np.moveaxis(value, 0, -1)
        image = Image.fromarray(np.ascontiguousarray(pixels))
        image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
        file = BytesIO()
        image.save(file, "PNG")
        return ImageExample(b64encode(file.getvalue()).decode())
