"""From an image file of up to 16 bits to an array: the same for training and for prediction."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.dataset import Images

if TYPE_CHECKING:  # Pillow is imported on use
    from PIL.Image import Image

LARGEST_SIDE = 9_000
"""Largest side of a decoded image in pixels: Pillow refuses more than about 9,400 squared."""

LONGEST_SIDE = 65_535
"""Longest side of an image file, as in JPEG: Pillow takes memory for each row, however narrow."""

ImageSource = str | Path | bytes
ImageShape = tuple[int, int, int]
"""(channels, height, width)."""

Pixels = npt.NDArray[Any]

Levels = tuple[float, float]
"""(black, white): values of pixels of more than 8 bits that become 0 and 255."""

ALL_16_BITS: Levels = (0, 0xFFFF)

GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N", "F")
DEEP_GREY_MODES = ("I", "F")
# Pillow keeps the upper 8 of 16 bits; told that the bytes are swapped, it keeps the lower 8.
_SWAPPED = {"16B": "16L", "16L": "16B", "16N": "16B" if sys.byteorder == "little" else "16L"}


@dataclass(frozen=True)
class ImageHeader:
    """What an image file tells without being decoded.

    Args:
        side: Longer side in pixels.
        grey: Whether the image has no colours.
        deep: Whether pixels have more than 8 bits.
    """

    side: int
    grey: bool
    deep: bool


def decode_image(source: ImageSource, shape: ImageShape, levels: Levels | None = None) -> Images:
    """Read one image as models take it.

    Nothing is cut off or distorted: the whole image, turned upright, is scaled (with antialiasing)
    to fit into ``shape`` and centred on white, which also shows through transparent pixels. Of an
    animation the first frame is read.

    Args:
        source: Path, or content of a file in any of ``readable_formats``.
        shape: (channels, height, width); 1 channel is grey, 3 are RGB.
        levels: Values that become black and white where pixels have more than 8 bits; None is the
            whole range of 16 bits, and then floating-point pixels are refused.

    Returns:
        uint8 of ``shape``, C-contiguous.

    Raises:
        DataError: The file is missing, damaged, not an image, or larger than Pillow considers safe.
    """
    with quiet_pillow():
        return read_pixels(source, shape, levels)


@cache
def readable_formats() -> tuple[str, ...]:
    """Pillow's names of the formats that are read: all but PostScript.

    A PostScript image is a program, which Pillow would run with Ghostscript.
    """
    from PIL import Image

    Image.init()  # loads every format that Pillow has
    return tuple(name for name in Image.OPEN if name != "EPS")


def is_image_name(name: str) -> bool:
    """Whether a file's suffix belongs to a format that is read."""
    from PIL import Image

    suffix = PurePath(name).suffix.lower()
    return Image.registered_extensions().get(suffix) in readable_formats()


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Hide Pillow's warnings, but turn the one of a decompression bomb into an error.

    Warning filters belong to the process: use this around threads, not inside them.
    """
    from PIL.Image import DecompressionBombWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


def read_header(source: ImageSource) -> ImageHeader:
    """The header of an image; for use inside ``quiet_pillow``.

    Raises:
        DataError: The file cannot be read: see ``decode_image``.
    """
    with _opened(source) as image:
        return ImageHeader(max(image.size), image.mode in GREY_MODES, is_deep(image))


def read_values(source: ImageSource, most: int) -> npt.NDArray[np.float64]:
    """The finite values of an image of more than 8 bits; for use inside ``quiet_pillow``.

    Args:
        source: Path, or content of a file.
        most: Most values to return; of a larger image every n-th is taken.

    Returns:
        float64 (values,); empty if pixels have 8 bits or fewer.

    Raises:
        DataError: The file cannot be read: see ``decode_image``.
    """
    with _opened(source) as image:
        pixels = read_deep(image, lambda: _opened(source))
    if pixels is None:
        return np.zeros(0)
    values = pixels[..., :3].reshape(-1) if pixels.ndim == 3 else pixels.reshape(-1)
    some: npt.NDArray[np.float64] = values[:: max(1, len(values) // most)].astype(np.float64)
    return some[np.isfinite(some)]


def read_pixels(source: ImageSource, shape: ImageShape, levels: Levels | None = None) -> Images:
    """``decode_image``, for use inside ``quiet_pillow``."""
    from PIL import ImageOps
    from PIL.Image import fromarray

    channels, height, width = shape
    with _opened(source) as image:
        # A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, as long as that is twice enough.
        image.draft(None, (2 * max(shape), 2 * max(shape)))
        pixels = read_deep(image, lambda: _opened(source))
        deep = None if pixels is None else fromarray(to_eight_bits(pixels, levels))
        opaque = _on_white(deep or ImageOps.exif_transpose(image))
        flat = opaque.convert("L" if channels == 1 else "RGB")
        fitted = np.asarray(ImageOps.pad(flat, (width, height), color="white"))
    return np.ascontiguousarray(fitted[None] if channels == 1 else fitted.transpose(2, 0, 1))


@contextmanager
def _opened(source: ImageSource) -> Iterator[Image]:
    from PIL import Image, UnidentifiedImageError

    name = "image" if isinstance(source, bytes) else f"image {str(source)!r}"
    try:
        file = BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(file, formats=readable_formats()) as image:
            if max(image.size) > LONGEST_SIDE:
                raise ValueError(f"its longer side is over {LONGEST_SIDE:,} pixels")
            yield image
    except UnidentifiedImageError:
        raise DataError(f"cannot read {name}: it is not in a known image format") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"cannot read {name}: {reason}") from None


def _on_white(image: Image) -> Image:
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image
    coloured = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), coloured)


def is_deep(image: Image) -> bool:
    """Whether an image that is not loaded yet has pixels of more than 8 bits."""
    return image.mode.startswith(DEEP_GREY_MODES) or _swap_bytes(image) is not None


def read_deep(image: Image, reopen: Callable[[], AbstractContextManager[Image]]) -> Pixels | None:
    """The pixels of an image, upright, if they have more than 8 bits.

    Args:
        image: Image that is not loaded yet.
        reopen: Opens the same image again, because colours are read twice.

    Returns:
        (height, width), or uint16 (height, width, 3 or 4); None if they have 8 bits or fewer.
    """
    from PIL import ImageOps

    tiles = _swap_bytes(image)
    if tiles is None:
        is_grey = image.mode.startswith(DEEP_GREY_MODES)
        return np.asarray(ImageOps.exif_transpose(image)) if is_grey else None
    upper = np.asarray(ImageOps.exif_transpose(image), np.uint16)
    with reopen() as again:
        again.tile = tiles  # type: ignore[attr-defined]  # of an image of a file
        return upper << 8 | np.asarray(ImageOps.exif_transpose(again), np.uint16)


def to_eight_bits(pixels: Pixels, levels: Levels | None) -> Images:
    """Pixels as bytes, from 0 for black to 255 for white.

    Args:
        pixels: (height, width), or uint16 (height, width, 3 or 4), where the fourth channel is
            opacity and always uses all 16 bits.
        levels: Values that become black and white; None is the whole range of 16 bits.

    Returns:
        uint8 of the same shape.

    Raises:
        ValueError: The pixels are floating-point numbers, and there are no levels.
    """
    if levels is None and pixels.dtype.kind == "f":
        raise ValueError("floating-point pixels have no set range; save it with 8 or 16 bits")
    black, white = levels or ALL_16_BITS
    if pixels.dtype == np.uint16:  # a table takes a tenth of the memory
        eight = to_eight_bits(np.arange(1 << 16, dtype=np.float64), (black, white))[pixels]
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            eight[..., 3] = pixels[..., 3] >> 8
        return eight
    known = np.nan_to_num(pixels, nan=black).clip(black, white)
    return np.rint((known - black) * (255 / (white - black))).astype(np.uint8)


def _swap_bytes(image: Image) -> list[Any] | None:
    """Pillow's tiles that unpack the lower bytes of 16-bit colours; None for other images."""
    if image.mode not in ("RGB", "RGBA"):
        return None
    swapped = []
    for codec, extents, offset, arguments in getattr(image, "tile", ()):
        raw, *more = (arguments,) if isinstance(arguments, str) else arguments or ("",)
        name, _, order = str(raw).rpartition(";")
        if name not in ("RGB", "RGBA") or order not in _SWAPPED:
            return None
        mode = f"{name};{_SWAPPED[order]}"
        swapped.append((codec, extents, offset, (mode, *more) if more else mode))
    return swapped or None
