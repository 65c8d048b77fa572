"""From what was sent to the examples in it, read as the files of a user are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from automl.data.encodings.encoding import Encoding, Reading
from automl.data.encodings.images import ImageEncoding
from automl.export.interface import input_name
from automl.export.readings import read_file
from automl.serving.body import JSON, Sent
from automl.serving.image_body import read_image
from automl.serving.json_body import write_json
from automl.serving.refused import Refused
from automl.serving.settings import Settings

_TABLES = {"text/csv": ".csv", "application/x-ndjson": ".jsonl"}
# Media type -> suffix. Compressed files and Parquet are not among them: a few bytes of those may
# become more than memory.
SUFFIXES: Mapping[str, Mapping[str, str]] = {
    "text": {"text/plain": ".txt", **_TABLES},
    "table": _TABLES,
    "series": _TABLES,
}
FILES = (".txt", ".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".ts")


def read_sent(sent: Sequence[Sent], encoding: Encoding, settings: Settings) -> list[Reading]:
    """The examples of a request, in the order in which they were sent.

    Raises:
        Refused: it is of a kind that the model does not take, or there is too much of it.
    """
    found: list[Reading] = []
    for part in sent:
        if not part.content.strip():
            raise Refused(422, f"{part.name} is empty; {_how_to_ask(encoding)}")
        for reading in _read(part, encoding, settings):
            found.append(reading)
            if len(found) > settings.examples:
                raise Refused(
                    413,
                    f"there are more than {settings.examples:,} {encoding.unit}, the most of a "
                    "request; send some at a time",
                )
    if not found:
        raise Refused(422, f"there are no {encoding.unit} in the request")
    return found


def _read(part: Sent, encoding: Encoding, settings: Settings) -> Iterator[Reading]:
    """What is no image is written to a file first: such are what the readers of training read."""
    if isinstance(encoding, ImageEncoding):
        yield read_image(part, encoding, settings)
        return
    with TemporaryDirectory(prefix="automl-") as folder:
        for file in _write(part, Path(folder), encoding, settings):
            yield from read_file(file, encoding, part.name)


def _write(part: Sent, folder: Path, encoding: Encoding, settings: Settings) -> list[Path]:
    """The files that a part is read from; each is an example, or has a row for each."""
    if part.kind == JSON:
        return write_json(_parse(part), encoding, folder, settings)
    path = folder / f"part{_suffix(part, encoding)}"
    path.write_bytes(part.content)
    return [path]


def _suffix(part: Sent, encoding: Encoding) -> str:
    named = Path(part.name).suffix.lower()
    suffix = named if named in FILES else SUFFIXES[encoding.kind].get(part.kind, "")
    if suffix and encoding.reads(Path(f"part{suffix}")):
        return suffix
    shown = part.kind or "of no content type"
    raise Refused(
        415, f"{part.name} ({shown}) is not what the model takes; {_how_to_ask(encoding)}"
    )


def _how_to_ask(encoding: Encoding) -> str:
    """What a body may be, in words."""
    if encoding.kind == "images":
        return "send the bytes of an image, or a form with a file for each"
    kinds = ", ".join(SUFFIXES[encoding.kind])
    return f'send JSON such as {{"{input_name(encoding)}": […]}}, or {kinds}, or a form with files'


def _parse(part: Sent) -> Any:
    try:
        return json.loads(part.content)
    except (ValueError, RecursionError) as error:
        raise Refused(422, f"{part.name} is not JSON ({error})") from None
