"""From an image file to an array: the same for training and for prediction."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Images

if TYPE_CHECKING:  # Pillow is imported on use
    from PIL.Image import Image

# Pillow thinks no more than some 9,400 pixels squared safe to decode.
LARGEST_SIDE = 9_000
# As in a JPEG. Pillow takes memory for every row, also where it is one pixel wide.
LONGEST = 65_535
ImageSource = str | Path | bytes
GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N")


@dataclass(frozen=True)
class Header:
    """What an image file says of itself, known without decoding it.

    Args:
        side: Longer side in pixels.
        grey: Whether it has no colours.
    """

    side: int
    grey: bool


def decode_image(source: ImageSource, shape: tuple[int, int, int]) -> Images:
    """Read one image as models of this package take it.

    Nothing is cut off or distorted: the whole image, turned upright, is scaled (with antialiasing)
    to fit into ``shape`` and centred on white, on which transparent pixels lie as well. Of an
    animation the first frame is read; 16-bit grey keeps its upper 8 bits.

    Args:
        source: Path, or content of a file in any of ``readable_formats``.
        shape: (channels, height, width); 1 channel is grey, 3 are RGB.

    Returns:
        uint8 of ``shape``, C-contiguous.

    Raises:
        DataError: It is missing, damaged, no image, or larger than Pillow thinks safe.
    """
    with quiet_pillow():
        return read_pixels(source, shape)


@cache
def readable_formats() -> tuple[str, ...]:
    """Pillow's names of the formats that are read: all but PostScript.

    An image in that is a program, which Pillow would have Ghostscript run.
    """
    from PIL import Image

    Image.init()  # loads every format that Pillow has
    return tuple(name for name in Image.OPEN if name != "EPS")


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Hides Pillow's warnings, but makes that of a decompression bomb an error.

    Warning filters belong to the process: hold this around threads, not inside them.
    """
    from PIL.Image import DecompressionBombWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


def read_header(source: ImageSource) -> Header:
    """The header of an image; for use inside ``quiet_pillow``.

    Raises:
        DataError: as ``decode_image`` does.
    """
    with _opened(source) as image:
        return Header(max(image.size), image.mode in GREY_MODES)


def read_pixels(source: ImageSource, shape: tuple[int, int, int]) -> Images:
    """``decode_image``, for use inside ``quiet_pillow``."""
    from PIL import ImageOps

    channels, height, width = shape
    with _opened(source) as image:
        # A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, as long as that is twice enough.
        image.draft(None, (2 * max(shape), 2 * max(shape)))
        opaque = _on_white(_to_eight_bits(ImageOps.exif_transpose(image)))
        flat = opaque.convert("L" if channels == 1 else "RGB")
        fitted = np.asarray(ImageOps.pad(flat, (width, height), color="white"))
    pixels = fitted[None] if channels == 1 else fitted.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels)


@contextmanager
def _opened(source: ImageSource) -> Iterator[Image]:
    from PIL import Image, UnidentifiedImageError

    name = "image" if isinstance(source, bytes) else f"image {str(source)!r}"
    try:
        file = BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(file, formats=readable_formats()) as image:
            if max(image.size) > LONGEST:
                raise ValueError(f"its longer side is over {LONGEST:,} pixels")
            yield image
    except UnidentifiedImageError:
        raise DataError(f"cannot read {name}: it is in no image format that is known") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"cannot read {name}: {reason}") from None


def _to_eight_bits(image: Image) -> Image:
    from PIL import Image

    if image.mode == "F":
        raise ValueError("floating-point pixels have no set range; save it with 8 or 16 bits")
    if not image.mode.startswith("I"):
        return image
    words = np.asarray(image).clip(0, 0xFFFF)
    return Image.fromarray((words >> 8).astype(np.uint8))


def _on_white(image: Image) -> Image:
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image
    coloured = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), coloured)
