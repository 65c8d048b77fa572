"""An image that was sent, read as the files of a user are."""

from __future__ import annotations

from io import BytesIO

from automl.core.errors import DataError
from automl.data.encodings.encoding import Reading
from automl.data.encodings.images import ImageEncoding
from automl.data.images.decode import decode_image, readable_formats
from automl.serving.body import JSON, Sent
from automl.serving.refused import Refused
from automl.serving.settings import Settings


def read_image(part: Sent, encoding: ImageEncoding, settings: Settings) -> Reading:
    """The image, or why it cannot be read.

    Raises:
        Refused: it is JSON, or has too many pixels.
    """
    if part.kind == JSON:
        raise Refused(415, "an image is sent as it is, not as JSON")
    _check_pixels(part, settings)
    try:
        return Reading(part.name, decode_image(part.content, encoding.image_shape))
    except DataError as error:
        return Reading(part.name, error=f"{part.name}: {error}")


def _check_pixels(part: Sent, settings: Settings) -> None:
    """By the header, so that nothing large is decoded; what is no image has its error later."""
    from PIL import Image

    try:
        with Image.open(BytesIO(part.content), formats=readable_formats()) as image:
            width, height = image.size
    except Exception:  # Pillow's readers raise nearly anything on damaged files
        return
    if width * height > settings.pixels:
        raise Refused(
            413,
            f"{part.name} has {width:,}×{height:,} pixels, and the most is {settings.pixels:,}; "
            "send it smaller",
        )
