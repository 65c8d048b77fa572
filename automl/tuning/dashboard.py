"""optuna-dashboard on the studies of a storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from optuna.artifacts import FileSystemArtifactStore
from optuna.storages import BaseStorage

from automl.core.errors import UserError


class QuietHandler(WSGIRequestHandler):
    """Serves without a line on the terminal for every request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, as a page of the dashboard makes them."""

    daemon_threads = True


def serve(
    storage: BaseStorage, artifacts: Path, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the dashboard until interrupted.

    Args:
        storage: Whose studies are shown.
        artifacts: Folder of the files that belong to trials.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        ready: Is given the URL once it is served.

    Raises:
        UserError: if the address cannot be listened on.
    """
    from optuna_dashboard import wsgi

    from automl.tuning.quick_dashboard import make_quick

    make_quick()
    artifacts.mkdir(parents=True, exist_ok=True)
    app = wsgi(storage, artifact_store=FileSystemArtifactStore(artifacts))
    try:
        server = make_server(host, port, app, Server, QuietHandler)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"cannot listen on {host}:{port} ({reason}); choose another --port"
        ) from error
    with server:
        ready(f"http://{host}:{server.server_port}/")
        server.serve_forever()
