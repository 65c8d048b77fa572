"""Requests that are refused, and the gate that refuses those that are not for this server.

A browser sends whatever any page asks it to, even to a server that only its own machine can reach.
What such a page cannot choose is the Origin that is sent along and, if its name was made to lead
here (DNS rebinding), the Host.
"""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

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
