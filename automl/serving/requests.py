"""Requests: which ones are refused, and their content within a memory budget.

A browser sends whatever any page asks it to, even to a server that only its own machine can reach.
What such a page cannot choose is the Origin that is sent along and, if its name was made to lead
here (DNS rebinding), the Host.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from automl.core.text import one_line, shortened
from automl.serving import ServerSettings

# Headers of a refusal, by its status.
_HEADERS = {415: {"Accept-Encoding": "identity"}, 503: {"Retry-After": "1"}}
# An IPv6 address in brackets, or a name; then a port.
_HOST = re.compile(r"(?:\[([^\]]*)\]|([^:]*?)\.?)(?::\d*)?")
# Characters of a client's own words that a message quotes.
QUOTED = 100
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


class Refused(Exception):
    """A request that cannot be answered as it is.

    Args:
        status: HTTP status: 403 from a page of another origin, 408 too slow, 413 too large, 415
            wrong content type, 421 for another server, 422 unreadable, 503 busy.
        message: What is wrong, the rule and what to do, in a sentence.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


def refusal(status: int, message: str) -> JSONResponse:
    """The answer to a refused request."""
    return JSONResponse({"error": message}, status, _HEADERS.get(status))


class Gate:
    """The outermost layer of the application, which lets through requests for this server.

    Args:
        app: Application that answers them.
        settings: Names by which the server may be called.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app, self._allowed = app, {each.lower() for each in settings.allow_hosts}
        self._own = {"localhost", socket.gethostname().lower(), settings.host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(Headers(scope=scope))
            await self._app(scope, receive, send)
        except Refused as error:
            await refusal(error.status, error.message)(scope, receive, send)
        finally:
            if scope["path"] == "/predict":
                scope["app"].state.service.requests += 1

    def _check(self, headers: Headers) -> None:
        host, origin = headers.get("host"), headers.get("origin")
        if host is not None and not self._is_ours(_name(host)):
            name = shortened(one_line(_name(host)), QUOTED)
            raise Refused(
                421,
                f"this server is not called {name!r}; if it is, start it with --allow-host {name}",
            )
        if origin is not None and not self._is_same(origin, host or ""):
            page = shortened(one_line(origin), QUOTED)
            raise Refused(
                403, f"a page of another origin ({page}) may not use this server; see --allow-host"
            )
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            name = shortened(one_line(coding), QUOTED)
            raise Refused(
                415, f"the body is compressed (Content-Encoding {name}); send it uncompressed"
            )

    def _is_ours(self, name: str) -> bool:
        """Addresses are fine: nobody can have been led here by another name."""
        return name in self._own or name in self._allowed or _is_address(name)

    def _is_same(self, origin: str, host: str) -> bool:
        place = urlsplit(origin).netloc.lower()
        return bool(place) and (place == host.lower() or _name(place) in self._allowed)


def _name(host: str) -> str:
    """A host without its port: ``"[::1]:8000"`` is ``"::1"``."""
    found = _HOST.fullmatch(host.strip().lower())
    return (found[1] or found[2]) if found else host


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


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
