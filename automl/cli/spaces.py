"""``automl spaces``, ``automl check``, ``automl new`` and ``automl schema``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import complete_space
from automl.cli.counting import counting
from automl.cli.options import Data, Json, Space
from automl.cli.tables import table
from automl.cli.terminal import echo
from automl.cli.text import program

if TYPE_CHECKING:
    from automl.report.check import Check


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
        echo(json_module.dumps({name: str(path) for name, path in found}))
    else:
        echo(table(("space", "file"), ((name, str(path)) for name, path in found)))


def check(
    space: Space,
    data: Data = None,
    json: Json = False,
) -> None:
    """Say what a space holds, or all that is wrong with it."""
    from automl import api

    with counting("networks sampled") as progress:
        found = api.check(space, data, progress)
    if json:
        echo(json_module.dumps(asdict(found), default=str))
        return
    described = found.space
    drawn = ((each.name, each.values, each.baseline, each.when) for each in described.parameters)
    parts = [
        f"{described.source}: {' or '.join(described.tasks)} on {data or described.data}",
        table(("parameter", "values", "first", "drawn when"), drawn),
        _networks(found),
        f"Search it: {program()} search {space}",
    ]
    echo("\n\n".join(parts))


def _networks(found: Check) -> str:
    share = found.infeasible / found.samples
    size = found.space.size
    lines = [
        f"{'Endlessly many' if size == inf else f'{size:,.0f}'} configurations.",
        f"Of {found.samples:,} sampled networks {share:.1%} cannot be built or are over a limit"
        + (f"; most often like this: {found.reason}" if found.reason else "."),
    ]
    for name, network in (("Smallest", found.smallest), ("Largest", found.largest)):
        if network is not None:
            lines.append(f"{name}: {network.size:,} parameters, {network.flops:,} FLOPs an example")
    return "\n".join(lines)


def new(
    name: Annotated[str, typer.Argument(help="The new space's name.")],
    source: Annotated[
        str,
        typer.Option("--from", help="The space to begin from.", autocompletion=complete_space),
    ],
) -> None:
    """Begin a space of your own from another."""
    from automl import api

    path = api.new_space(name, source)
    echo(f"{path} is yours to change. See what it holds: {program()} check {path.stem}")


def schema() -> None:
    """Print the JSON schema of search spaces, for editors."""
    from automl import api

    echo(json_module.dumps(api.schema(), indent=1))
