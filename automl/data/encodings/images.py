"""Images: whole, undistorted, of one size, as bytes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from automl.core.errors import DataError
from automl.core.review import Picture
from automl.data.encodings.encoding import Array, Encoding, Reading
from automl.data.images.decode import LARGEST_SIDE, decode_image, readable_formats

# Of a picture that is shown among others; larger ones would fill reports and event files.
LARGEST_PICTURE = 160

Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]


class ImageEncoding(Encoding):
    """``decode_image`` makes the array; the model normalizes it by the train split's statistics."""

    kind: ClassVar[str] = "images"
    unit: ClassVar[str] = "images"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "uint8"

    image_shape: tuple[Literal[1, 3], Side, Side]
    """(channels, height, width); 1 channel is grey, 3 are RGB."""

    mean: tuple[float, ...]
    """Of each channel on the train split, pixels counted from 0 to 1."""

    std: tuple[float, ...]
    """Of each channel likewise; at least 1/255, so that one can divide by it."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
        return self.image_shape

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Bytes to numbers around 0."""
        return {"normalize": {"mean": list(self.mean), "std": list(self.std)}}

    def describe(self) -> str:
        """As ``"1×28×28"``."""
        return "×".join(map(str, self.image_shape))

    def reads(self, path: Path) -> bool:
        """Whether there is a reader for such files."""
        from PIL import Image

        return Image.registered_extensions().get(path.suffix.lower()) in readable_formats()

    def read(self, path: Path) -> Iterator[Reading]:
        """The one image of a file; a file that is no image is one reading with its error."""
        try:
            yield Reading(str(path), decode_image(path, self.image_shape))
        except DataError as error:
            yield Reading(str(path), error=str(error))

    def show(self, value: Array) -> Picture:
        """The image, at most ``LARGEST_PICTURE`` pixels wide and high."""
        from PIL import Image

        pixels = value[0] if len(value) == 1 else np.moveaxis(value, 0, -1)
        image = Image.fromarray(np.ascontiguousarray(pixels))
        image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
        file = BytesIO()
        image.save(file, "PNG")
        return Picture(b64encode(file.getvalue()).decode())
