"""``automl spaces``, ``automl check``, ``automl new`` and ``automl schema``."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer

from automl.cli.options import Json
from automl.cli.tables import table
from automl.cli.text import program

Space = Annotated[str, typer.Argument(help="A shipped space (see: automl spaces) or a file.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("spaces")(spaces)
    app.command("check")(check)
    app.command("new")(new)
    app.command("schema")(schema)


def spaces(json: Json = False) -> None:
    """List the search spaces at hand."""
    from automl import api

    found = api.spaces()
    if json:
        typer.echo(json_module.dumps({name: str(path) for name, path in found}))
    else:
        typer.echo(table(("space", "file"), ((name, str(path)) for name, path in found)))


def check(
    space: Space,
    data: Annotated[str | None, typer.Option(help="A dataset's name, or a path.")] = None,
    json: Json = False,
) -> None:
    """Say what a space holds, or all that is wrong with it."""
    from automl import api

    found = api.check(space, data)
    if json:
        typer.echo(json_module.dumps(found.as_json()))
        return
    rows = ((each.name, each.values, each.when) for each in found.parameters)
    typer.echo(f"{found.headline}\n\n{table(('parameter', 'values', 'drawn when'), rows)}\n")
    typer.echo(f"{found.networks}\n\nSearch it: {program()} search {space}")


def new(
    name: Annotated[str, typer.Argument(help="The new space's name.")],
    source: Annotated[str, typer.Option("--from", help="The space to begin from.")],
) -> None:
    """Begin a space of your own from another."""
    from automl import api

    path = api.new_space(name, source)
    typer.echo(f"{path} is yours to change. See what it holds: {program()} check {path.stem}")


def schema() -> None:
    """Print the JSON schema of search spaces, for editors."""
    from automl import api

    typer.echo(json_module.dumps(api.schema(), indent=1))
