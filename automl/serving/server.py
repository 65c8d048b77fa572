"""Listens, answers and shuts down in order; each connection has a time limit."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from automl.core.errors import UserError
from automl.inference.predict import Predictor
from automl.serving import ServerSettings
from automl.serving.app import example_request, make_app
from automl.serving.requests import refusal

# Connections that may wait to be accepted.
BACKLOG = 1024
SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CLOSE = (b"connection", b"close")


class PredictionServer:
    """A model behind an address, on which it listens at once so that errors show early.

    Args:
        predictor: Model to serve.
        settings: Address, and limits of requests.
        ready: Function that is called with the URL and an example of a request once the server
            answers requests.

    Raises:
        UserError: the server cannot listen on the address.
    """

    def __init__(
        self, predictor: Predictor, settings: ServerSettings, ready: Callable[[str, str], None]
    ) -> None:
        self._socket = _listen(settings.host, settings.port)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        example = example_request(predictor.facts.encoding, self.url)
        self.app = make_app(predictor, settings, lambda: ready(self.url, example))
        config = uvicorn.Config(
            self.app,
            http=make_protocol(settings),
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=max(1, round(settings.seconds)),
            timeout_graceful_shutdown=settings.patience,
        )
        self._uvicorn = uvicorn.Server(config)

    def run(self) -> int:
        """Answer requests until ``stop``, Ctrl-C or SIGTERM; a second signal stops at once.

        Returns:
            Number of answered requests to predict.
        """
        with _signals_end_only_the_server(), self._socket:
            self._uvicorn.run(sockets=[self._socket])
        return int(self.app.state.service.requests)

    def stop(self) -> None:
        """Finish requests in progress and let ``run`` return; can be called from any thread."""
        self._uvicorn.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only if the socket says that it is a TCP one.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"cannot listen on {host}:{port} ({reason}); choose another --port (0 is any free one) "
            "or another --host"
        ) from None
    return listener


@contextmanager
def _signals_end_only_the_server() -> Iterator[None]:
    """Keep the signals that uvicorn raises again after its shutdown from ending the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {each: signal.signal(each, lambda number, frame: None) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)


def make_protocol(settings: ServerSettings) -> type[asyncio.Protocol]:
    """The protocol that uvicorn creates for each connection."""
    return cast(type[asyncio.Protocol], partial(ClientConnection, settings))


class ClientConnection(H11Protocol):
    """A connection that ends if the client is too slow to send a request or to take the answer.

    If there are too many connections, the one that has been sending longest ends, so that clients
    that send nothing cannot keep others out.

    Args:
        settings: Limits of time and of connections.
        uvicorn: Arguments that uvicorn gives to its own class.
    """

    def __init__(self, settings: ServerSettings, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._settings = settings
        self._receive_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self.waiting_since: float | None = None
        """Time since which it waits for a whole request; None while one is being answered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request; turn another client away if there are too many."""
        super().connection_made(transport)
        self._expect_request()
        if len(self.connections) > self._settings.connections:
            others = cast(set[ClientConnection], self.connections)
            waiting = {
                each.waiting_since: each for each in others if each.waiting_since is not None
            }
            waiting[min(waiting)].turn_away()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._expect_nothing()
        self._stop_send_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a request until its last byte is here."""
        if self._receive_timer is None:
            self._expect_request()
        super().data_received(data)
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._expect_nothing()

    def on_response_complete(self) -> None:
        """Wait for the next request, for as long as uvicorn keeps the connection."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Expect the client to take the answer."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self._settings.seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client has taken what was sent."""
        self._stop_send_timer()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with something that is not a request."""
        error = sys.exc_info()[1]
        status = getattr(error, "error_status_hint", 400)
        self._say(status, f"this is not an HTTP request ({error}); see /docs")

    def turn_away(self) -> None:
        """Make room for another client."""
        connections = self._settings.connections
        self._say(503, f"server busy: {connections:,} clients are connected; retry in 1 s")

    def _expect_request(self) -> None:
        self.waiting_since = self.loop.time()
        self._receive_timer = self.loop.call_later(self._settings.seconds, self._give_up)

    def _expect_nothing(self) -> None:
        self.waiting_since = None
        if self._receive_timer is not None:
            self._receive_timer.cancel()
            self._receive_timer = None

    def _stop_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _give_up(self) -> None:
        limit = self._settings.seconds
        self._say(408, f"the request did not arrive within {limit:g} seconds; send it faster")

    def _say(self, status: int, message: str) -> None:
        """Send a message, unless an answer has begun, and close the connection."""
        self._expect_nothing()
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = refusal(status, message)
            headers = [*answer.raw_headers, _CLOSE]
            reason = HTTPStatus(status).phrase.encode()
            begin = h11.Response(status_code=status, headers=headers, reason=reason)
            for event in (begin, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
