"""``automl serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from automl.cli.predicting import Bundle
from automl.cli.terminal import echo
from automl.core.text import count

# What the command itself may listen on without a word of warning.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    bundle: Bundle,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is a free one.")] = 8000,
) -> None:
    """Answer requests with a model, over HTTP."""
    from automl import api
    from automl.serving.settings import Settings

    def ready(url: str, example: str) -> None:
        echo(f"{bundle}: {url} (Ctrl-C ends it)")
        echo(f"Try it: {example}")
        echo(f"All of it: {url}/docs")

    if host not in LOOPBACK:
        typer.echo(f"--host {host}: whoever reaches this machine can use the model", err=True)
    answered = api.serve(bundle, Settings(host=host, port=port), ready)
    echo(f"Ended after {count(answered, 'request')}.")
