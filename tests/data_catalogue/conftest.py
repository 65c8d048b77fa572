"""What every test of the catalogue gets: an empty cache and servers of its own."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from catalogue_files import Server


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, and writes down what it was asked for."""

    def __init__(self, *arguments, asked: list[str], **options) -> None:
        self.asked = asked
        super().__init__(*arguments, **options)

    def log_message(self, *arguments: object) -> None:
        self.asked.append(self.path)


class QuietServer(ThreadingHTTPServer):
    """Says nothing of a client that hangs up, as fetching does on what is too long."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture(autouse=True)
def data_root(offline, tmp_path, monkeypatch) -> Path:
    """An empty cache."""
    root = tmp_path / "cache"
    monkeypatch.setenv("AUTOML_DATA", str(root))
    return root


@pytest.fixture
def server(tmp_path) -> Server:
    """A web server of an empty folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked: list[str] = []
    handler = partial(Handler, directory=folder, asked=asked)
    httpd = QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Server(folder, f"http://127.0.0.1:{httpd.server_port}", asked)
    httpd.shutdown()
    thread.join()
    httpd.server_close()
