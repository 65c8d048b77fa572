"""The command line: parse, one call into the API, render."""

from __future__ import annotations

import typer

from automl.cli import (
    compare,
    data,
    doctor,
    evaluate,
    export,
    finalize,
    predict,
    report,
    reproduce,
    search,
    serve,
    show,
    spaces,
    studies,
    watch,
)
from automl.cli.hints import CommandGroup
from automl.core.version import __version__

app = typer.Typer(
    name="automl",
    cls=CommandGroup,
    help="Finds a good PyTorch model for your data while you do something else.",
    epilog="Begin with: automl search cnn",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help answers in half the time, and in any terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"automl {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Options of the program itself."""


for _command in (
    *(search, finalize, watch, show, compare, reproduce, studies, report),
    *(export, predict, evaluate, serve, spaces, data, doctor),
):
    _command.register(app)
