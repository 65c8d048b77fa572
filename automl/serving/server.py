"""Listens, answers, and ends in order."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from automl.core.errors import UserError
from automl.export.predict import Predictor
from automl.serving.app import make_app
from automl.serving.describe import example_request
from automl.serving.settings import Settings

# Connections that wait to be taken.
BACKLOG = 1024
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server:
    """A model behind an address; the address is taken at once, so that a wrong one is told.

    Args:
        predictor: The model.
        settings: Where to listen, and the limits of requests.
        ready: Is given the URL and an example of a request, once requests are answered.

    Raises:
        UserError: if the address cannot be listened on.
    """

    def __init__(
        self, predictor: Predictor, settings: Settings, ready: Callable[[str, str], None]
    ) -> None:
        self._socket = _listen(settings.host, settings.port)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        example = example_request(predictor.facts.encoding, self.url)
        self.app = make_app(predictor, settings, lambda: ready(self.url, example))
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=settings.patience,
        )
        self._uvicorn = uvicorn.Server(config)

    def run(self) -> int:
        """Answer requests until ``stop``, Ctrl-C or a SIGTERM; the second one stops at once.

        Returns:
            How many requests to predict were answered.
        """
        with _signals_end_nothing_else(), self._socket:
            self._uvicorn.run(sockets=[self._socket])
        return int(self.app.state.service.requests)

    def stop(self) -> None:
        """Finish what is under way, and let ``run`` return; from any thread."""
        self._uvicorn.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only where a socket says that it is TCP's.
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
def _signals_end_nothing_else() -> Iterator[None]:
    """Uvicorn raises a signal again once it has ended in order, which would end the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {each: signal.signal(each, lambda number, frame: None) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)
