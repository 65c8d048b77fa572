"""The command line: parse, one call into the API, render."""

from __future__ import annotations

import typer

from automl.cli import compare, data, export, inference, reproduce, search, spaces, studies
from automl.cli.entry_point import CommandGroup
from automl.core.defaults import __version__

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
    *(search.search, search.resume, search.finalize, studies.watch, studies.show),
    *(compare.compare, reproduce.reproduce, studies.studies, studies.dashboard, studies.report),
    *(export.export, inference.predict, inference.evaluate, inference.serve),
    *(spaces.spaces, spaces.check, spaces.new, spaces.schema, studies.doctor),
):
    app.command()(_command)
app.add_typer(data.commands, name="data")
