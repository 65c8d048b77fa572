"""Examples that are Python objects: paths, frames, dicts, texts, arrays and PIL images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from automl.core.errors import DataError, UserError
from automl.core.registry import nearest
from automl.data.encoding import Encoding, Reading
from automl.data.images.encoding import ImageEncoding
from automl.data.tables.reader import SUFFIX, frame_rows, write_rows
from automl.data.text.encoding import TextEncoding
from automl.inference.inputs import TEXT_COLUMN, expand_paths, read_file

# Name of examples that are not from a file.
NAME = "input"
# Kind or unit of an encoding -> what its models take besides paths.
_TAKES = {
    "images": "arrays (uint8, height × width, or with 1, 3 or 4 channels) or PIL images",
    "texts": "texts, a DataFrame or dicts with a row each",
    "rows": "a DataFrame or dicts with a row each",
    "series": "arrays (steps, or steps × variables), a DataFrame or dicts with a row each",
    "windows": "a DataFrame or dicts with a row for each step",
}


def read_in_memory(given: Any, encoding: Encoding) -> Iterator[Reading]:
    """The examples, read by the same rules as files.

    Args:
        given: One or several paths of files or folders; a DataFrame; one or several dicts, texts,
            arrays or images, as the kind of the model allows.
        encoding: Encoding of the model.

    Raises:
        UserError: the model does not take such objects, or they cannot be read.
    """
    import pandas as pd

    if isinstance(given, pd.DataFrame):
        yield from _read_rows(list(frame_rows(given)), encoding)
        return
    items = _items(given)
    if items and all(isinstance(each, Mapping) for each in items):
        yield from _read_rows(_completed(items, encoding), encoding)
    elif isinstance(encoding, TextEncoding) and not isinstance(given, str) and _are_texts(items):
        yield from _read_rows([{encoding.text or TEXT_COLUMN: each} for each in items], encoding)
    elif items and all(isinstance(each, str | Path) for each in items):
        for file in expand_paths([Path(each).expanduser() for each in items], encoding):
            yield from read_file(file, encoding)
    elif isinstance(encoding, ImageEncoding):
        yield from (_read_image(at, each, encoding) for at, each in enumerate(items, start=1))
    elif items and encoding.unit == "series":
        yield from _read_series(items, encoding)
    else:
        what = type(items[0] if items else given).__name__
        raise UserError(
            f"cannot predict {'nothing' if not items else what}: a model of {encoding.unit} takes "
            f"paths of files, {_TAKES[encoding.unit]}"
        )


def _items(given: Any) -> list[Any]:
    """The examples as a list, also where only one is given."""
    if isinstance(given, str | Path | Mapping) or not hasattr(given, "__iter__"):
        return [given]
    if hasattr(given, "save"):  # a PIL image
        return [given]
    return list(given)


def _are_texts(items: Sequence[Any]) -> bool:
    return bool(items) and all(isinstance(each, str) for each in items)


def _completed(rows: Sequence[Mapping[str, Any]], encoding: Encoding) -> list[Mapping[str, Any]]:
    """The rows with the same columns each, and None where one was missing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if isinstance(encoding, TextEncoding) and encoding.text and encoding.text not in names:
        close = nearest(encoding.text, tuple(map(str, names)))
        guess = f"; is it {close!r}?" if close else ""
        raise DataError(f"there is no {encoding.text!r}, which holds the text{guess}")
    return [{name: row.get(name) for name in names} for row in rows]


def _read_rows(rows: Sequence[Mapping[str, Any]], encoding: Encoding) -> Iterator[Reading]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{SUFFIX}"
        write_rows(rows, path)
        yield from read_file(path, encoding, NAME)


def _read_image(number: int, image: Any, encoding: ImageEncoding) -> Reading:
    name = f"{NAME} {number:,}"
    try:
        return Reading(name, encoding.decode(_as_bytes(image)))
    except (DataError, TypeError, ValueError, OSError) as error:
        return Reading(name, error=str(error))


def _as_bytes(image: Any) -> bytes:
    """The content of a lossless image file."""
    from PIL import Image

    if not hasattr(image, "save"):
        image = Image.fromarray(_as_pixels(image))
    file = BytesIO()
    image.save(file, "TIFF")
    return file.getvalue()


def _as_pixels(given: Any) -> Any:
    """An array as Pillow takes it: (height, width), or (height, width, 3 or 4 channels)."""
    pixels = np.asarray(given)
    if pixels.ndim == 3 and pixels.shape[-1] not in (1, 3, 4) and pixels.shape[0] in (1, 3, 4):
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * 255
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim not in (2, 3):
        shape = " × ".join(map(str, pixels.shape)) or "no axis"
        raise ValueError(
            f"an array of {pixels.dtype} with {shape} is not an image; {_TAKES['images']}"
        )
    return np.ascontiguousarray(pixels)


def _read_series(items: Sequence[Any], encoding: Encoding) -> Iterator[Reading]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "series.ts"
        path.write_text("@data\n" + "".join(map(_series_line, items)), encoding="utf-8")
        yield from read_file(path, encoding, NAME)


def _series_line(given: Any) -> str:
    """A series as a line of a .ts file."""
    try:
        series = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{type(given).__name__} is not a series; {_TAKES['series']}") from None
    if series.ndim not in (1, 2):
        raise UserError(f"an array with {series.ndim} axes is not a series; {_TAKES['series']}")
    variables = np.atleast_2d(series.T)
    return ":".join(",".join(_step(each) for each in steps) for steps in variables) + "\n"


def _step(number: float) -> str:
    return repr(float(number)) if np.isfinite(number) else "?"
