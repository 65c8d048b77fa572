"""The content of a request: its body, or the files of a form, within a memory budget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from fastapi import Request

from automl.core.text import one_line, shortened
from automl.serving import ServerSettings
from automl.serving.refusals import Refused

FORM = "multipart/form-data"
JSON = "application/json"
# Bytes of each body that are always accepted, whatever others hold.
SMALL = 64_000
# Most fields of a form that are not files.
MOST_FIELDS = 100
# Most bytes of a field's headers.
LONGEST_HEAD = 8_000
# Characters of a file's name in messages.
LONGEST_NAME = 100


@dataclass(frozen=True)
class SentFile:
    """A file of a form, or a whole body.

    Args:
        name: Name of the file, or ``"the body"``.
        kind: Media type, without options.
        content: Bytes of the file.
    """

    name: str
    kind: str
    content: bytes


class BodyBudget:
    """A limit on the bytes that the bodies of all requests take at once.

    Args:
        settings: Settings with the limit.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._settings, self._held = settings, 0

    @contextmanager
    def body(self) -> Iterator[RequestBody]:
        """A body to read, whose memory is free again at the end of the block.

        Small bodies are always accepted, so that clients that slowly send much keep nobody out.
        """
        body = RequestBody(self)
        try:
            yield body
        finally:
            self._held -= body.held

    def take(self, size: int) -> None:
        """Take ``size`` bytes of the budget.

        Raises:
            Refused: they are more than is left.
        """
        if self._held + size > self._settings.held:
            raise Refused(
                503, f"server busy: {self._held:,} bytes of requests in memory; retry in 1 s"
            )
        self._held += size


class RequestBody:
    """The body of one request.

    Args:
        budget: Memory budget that all bodies share.
    """

    def __init__(self, budget: BodyBudget) -> None:
        self._budget, self.held = budget, 0

    async def read(self, request: Request, settings: ServerSettings) -> bytes:
        """The whole body; it is refused as soon as it is known to be too large.

        Raises:
            Refused: the body is too large, or there is no memory for it now.
        """
        announced = request.headers.get("content-length", "")
        _check_size(int(announced) if announced.isdecimal() else 0, settings)
        content = bytearray()
        async for chunk in request.stream():
            _check_size(len(content) + len(chunk), settings)
            content += chunk
            more = max(0, len(content) - SMALL) - self.held
            self._budget.take(more)
            self.held += more
        return bytes(content)


def _check_size(size: int, settings: ServerSettings) -> None:
    if size > settings.body:
        raise Refused(
            413, f"the body has over {settings.body:,} bytes, the most of a request; send less"
        )


def unfold(content: bytes, content_type: str, settings: ServerSettings) -> list[SentFile]:
    """The files in a body: those of a form, or the body itself.

    Args:
        content: Bytes of the body.
        content_type: Content type in the request's header.
        settings: Settings with the most files of a form.

    Raises:
        Refused: the body is not the form that it says it is, or has too many files.
    """
    header = Message()
    header["content-type"] = content_type
    kind = content_type.partition(";")[0].strip().lower()
    if kind != FORM:
        return [SentFile("the body", kind, content)]
    boundary = header.get_param("boundary", "")
    if not isinstance(boundary, str) or not boundary:
        raise Refused(422, f"the body is no form: its content type ({kind}) names no boundary")
    return list(_files(content, f"\r\n--{boundary}".encode("utf-8", "replace"), settings))


def _files(content: bytes, boundary: bytes, settings: ServerSettings) -> Iterator[SentFile]:
    """The files of a form, split at its boundary (RFC 7578), which ends with two more dashes."""
    content = b"\r\n" + content
    if content.count(boundary) > settings.examples + MOST_FIELDS:
        raise Refused(
            413, f"the form has more than {settings.examples:,} files, the most of a request"
        )
    _, *fields = content.split(boundary)
    if not fields or not fields[-1].startswith(b"--"):
        raise Refused(422, "the body is no form: it does not end with its boundary and two dashes")
    for field in fields[:-1]:
        at = field.find(b"\r\n\r\n", 0, LONGEST_HEAD)
        if at < 0:
            raise Refused(422, "the body is no form: no blank line ends the headers of a field")
        head, body = field[:at], field[at + 4 :]
        header = HeaderParser().parsestr(head.strip().decode("utf-8", "replace"))
        name = header.get_filename()
        if name is not None:
            shown = shortened(one_line(name), LONGEST_NAME) or "a file"
            yield SentFile(shown, header.get_content_type(), body)
