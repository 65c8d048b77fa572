"""``automl serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from automl.cli.options import Bundle, Results
from automl.cli.terminal import echo
from automl.core.defaults import RESULTS
from automl.core.text import count

# Addresses that need no warning.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    bundle: Bundle,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, metavar="N", help="Port to listen on; 0 picks a free one."),
    ] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Host name that clients may use; may be repeated."),
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Serve a model over HTTP."""
    from automl import api
    from automl.serving.settings import ServerSettings

    def ready(url: str, example: str) -> None:
        echo(f"{bundle}: {url} (Ctrl-C ends it)")
        echo(f"Try it: {example}")
        echo(f"All of it: {url}/docs")

    if host not in LOOPBACK:
        echo(f"--host {host}: everyone who can reach this machine can use the model", err=True)
    settings = ServerSettings(host=host, port=port, allow_hosts=tuple(allow_host or ()))
    answered = api.serve(bundle, settings, ready, results)
    echo(f"Ended after {count(answered, 'request')}.")
