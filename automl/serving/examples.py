"""The examples in a request, read by the same readers as a user's files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from automl.core.errors import DataError
from automl.data.encoding import Encoding, Reading
from automl.data.images.decode import readable_formats
from automl.data.images.encoding import ImageEncoding
from automl.export.runtime import input_name
from automl.inference.inputs import read_file
from automl.serving import ServerSettings
from automl.serving.json_body import JsonReader, check_values, write_json, write_rows
from automl.serving.requests import JSON, Refused, SentFile, unfold

_TABLES = {"text/csv": ".csv", "application/x-ndjson": ".jsonl"}
# Kind of data -> media type -> suffix. There are no compressed files and no Parquet, since a few
# bytes of those can need more than all memory.
SUFFIXES: Mapping[str, Mapping[str, str]] = {
    "text": {"text/plain": ".txt", **_TABLES},
    "table": _TABLES,
    "series": _TABLES,
}
JSON_LINES = (".jsonl", ".ndjson")
FILES = (".txt", ".csv", ".tsv", ".tab", *JSON_LINES, ".ts")
# Bytes of a table that are read at once: few, so that a request is refused before all is read.
CHUNK_BYTES = 500_000
# All images of a request may have this many times the pixels of one image.
IMAGES_TOGETHER = 4
# Images with more pixels are decoded one at a time, whoever sent them.
LARGE_IMAGE = 2_000_000
_one_at_a_time = Lock()


class RequestReader:
    """Reads requests to one model.

    Args:
        encoding: Encoding of the model.
        settings: Limits of a request.
    """

    def __init__(self, encoding: Encoding, settings: ServerSettings) -> None:
        self._encoding, self._settings = encoding, settings
        self._json = JsonReader(encoding, settings)
        self._columns = math.prod(encoding.raw_shape) + settings.columns

    def read(self, content: bytes, content_type: str) -> list[Reading]:
        """The examples of a request, in the order in which they were sent.

        Args:
            content: Bytes of the body.
            content_type: Content type in the request's header.

        Raises:
            Refused: the model does not take such content, or there is too much of it.
        """
        sent = unfold(content, content_type, self._settings)
        found: list[Reading] = []
        held = 0
        for reading in self._read_all(sent):
            found.append(reading)
            held += 0 if reading.value is None else reading.value.nbytes
            if len(found) > self._settings.examples or held > self._settings.held / 4:
                raise Refused(
                    413,
                    f"there are more than {len(found) - 1:,} {self._encoding.unit}, the most of a "
                    "request; send some at a time",
                )
        if not found:
            raise Refused(422, f"there are no {self._encoding.unit} in the request")
        return found

    def _read_all(self, sent: Sequence[SentFile]) -> Iterator[Reading]:
        for file in sent:
            if not file.content.strip():
                raise Refused(422, f"{file.name} is empty; {_how_to_ask(self._encoding)}")
        if isinstance(self._encoding, ImageEncoding):
            yield from read_images(sent, self._encoding, self._settings)
            return
        for file in sent:
            yield from self._read(file)

    def _read(self, file: SentFile) -> Iterator[Reading]:
        """The examples of a file, which is written to disk first, because readers read files."""
        with TemporaryDirectory(prefix="automl-") as folder:
            for path in self._write(file, Path(folder)):
                yield from read_file(path, self._encoding, file.name, chunk_bytes=CHUNK_BYTES)

    def _write(self, file: SentFile, folder: Path) -> list[Path]:
        """The files on disk to read; each is an example, or has a row for each example."""
        if file.kind == JSON:
            content = self._json.parse(file.content, file.name)
            return write_json(content, self._encoding, folder, self._settings)
        path = folder / f"sent{_suffix(file, self._encoding)}"
        if path.suffix in JSON_LINES:
            lines = self._json.parse_lines(file.content, file.name)
            return [write_rows(path, self._first(lines), f"{file.name}, rows")]
        if path.suffix != ".txt":
            self._check_table(file)
        path.write_bytes(file.content)
        return [path]

    def _first(self, rows: Iterator[Any]) -> Iterator[Any]:
        """As many rows as are needed to see that they are too many, if each is an example."""
        return (
            rows if self._encoding.unit == "windows" else islice(rows, self._settings.examples + 1)
        )

    def _check_table(self, file: SentFile) -> None:
        check_values(file.content, b",;\t:\n", file.name, self._settings)
        first = file.content.lstrip().partition(b"\n")[0]
        columns = 1 + max(map(first.count, (b",", b";", b"\t")))
        if columns > self._columns:
            raise Refused(
                413,
                f"{file.name} has {columns:,} columns, and the most for this model is "
                f"{self._columns:,}; send those that it was trained with",
            )


def _suffix(file: SentFile, encoding: Encoding) -> str:
    """The suffix of a file by its name or media type, if the encoding reads such files."""
    named = Path(file.name).suffix.lower()
    suffix = named if named in FILES else SUFFIXES[encoding.kind].get(file.kind, "")
    if suffix and encoding.reads(Path(f"sent{suffix}")):
        return suffix
    shown = file.kind or "no content type"
    raise Refused(
        415, f"{file.name} ({shown}) is not what the model takes; {_how_to_ask(encoding)}"
    )


def _how_to_ask(encoding: Encoding) -> str:
    """What to send instead, in words."""
    if encoding.kind == "images":
        return "send the bytes of an image, or a form with a file for each"
    kinds = ", ".join(SUFFIXES[encoding.kind])
    return f'send JSON such as {{"{input_name(encoding)}": […]}}, or {kinds}, or a form with files'


def read_images(
    sent: Sequence[SentFile], encoding: ImageEncoding, settings: ServerSettings
) -> Iterator[Reading]:
    """Each image, or why it cannot be read.

    Args:
        sent: Files that were sent.
        encoding: Encoding of the model.
        settings: Limits of a request.

    Raises:
        Refused: a file is JSON, or the images have too many pixels.
    """
    left = IMAGES_TOGETHER * settings.pixels
    for file in sent:
        if file.kind == JSON:
            raise Refused(415, "an image is sent as it is, not as JSON")
        pixels = _count_pixels(file, settings)
        left -= pixels
        if left < 0:
            raise Refused(
                413,
                f"the images have more than {IMAGES_TOGETHER * settings.pixels:,} pixels together, "
                "the most of a request; send some at a time",
            )
        with _one_at_a_time if pixels > LARGE_IMAGE else nullcontext():
            reading = _decode(file, encoding)
        yield reading


def _decode(file: SentFile, encoding: ImageEncoding) -> Reading:
    try:
        return Reading(file.name, encoding.decode(file.content))
    except DataError as error:
        return Reading(file.name, error=f"{file.name}: {error}")


def _count_pixels(file: SentFile, settings: ServerSettings) -> int:
    """The pixels in an image's header, so that nothing large is decoded; 0 if it is no image."""
    from PIL import Image

    try:
        with Image.open(BytesIO(file.content), formats=readable_formats()) as image:
            width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(
            413, f"{file.name} has over {settings.pixels:,} pixels, the most; send it smaller"
        ) from None
    except Exception:  # Pillow's readers raise nearly anything on damaged files
        return 0
    if width * height > settings.pixels:
        raise Refused(
            413,
            f"{file.name} has {width:,}×{height:,} pixels, and the most is {settings.pixels:,}; "
            "send it smaller",
        )
    return int(width * height)
