"""The files of a request: its body, or the parts of a form."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from automl.serving.refused import Refused
from automl.serving.settings import Settings

FORM = "multipart/form-data"
JSON = "application/json"


@dataclass(frozen=True)
class Sent:
    """Something that was sent.

    Args:
        name: Of the file in a form; what it is in words otherwise.
        kind: Its media type, without options.
        content: What is in it.
    """

    name: str
    kind: str
    content: bytes


async def read_body(request: Request, settings: Settings) -> list[Sent]:
    """What a request holds, within the limits.

    Raises:
        Refused: it is too large, or no form though it says so.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        content = b"".join([part async for part in _limited(request, settings)])
        return [Sent("the body", kind, content)]
    parser = MultiPartParser(
        request.headers, _limited(request, settings), max_files=settings.examples
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Refused(422, f"the body is no form: {error.message}") from None
    files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
    try:
        return [
            Sent(file.filename or "a file", file.content_type or "", await file.read())
            for file in files
        ]
    finally:
        await form.close()


async def _limited(request: Request, settings: Settings) -> AsyncGenerator[bytes, None]:
    """The body as it comes; it is refused as soon as it is known to be too large."""
    said = request.headers.get("content-length", "")
    size = int(said) if said.isdecimal() else 0
    _check(size, settings)
    size = 0
    async for part in request.stream():
        size += len(part)
        _check(size, settings)
        yield part


def _check(size: int, settings: Settings) -> None:
    if size > settings.body:
        raise Refused(
            413, f"the body has over {settings.body:,} bytes, the most of a request; send less"
        )
