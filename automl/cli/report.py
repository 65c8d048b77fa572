"""``automl report``."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer

from automl.cli.counting import counting
from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo
from automl.core.defaults import RESULTS
from automl.core.errors import UserError

KILOBYTE = 1000
# As a file's name it stands for standard output.
STDOUT = "-"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    study: Study,
    format: Annotated[str, typer.Option(help="html, or md for a pull request.")] = "html",
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to, - to print it.  [in the study]")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Write all that a study found into one file."""
    from automl import api

    if output == STDOUT:
        if json:
            raise UserError("--json: says where the file is, and --output - writes none; drop one")
        echo(api.report_text(study, format, results).rstrip("\n"))
        return
    with counting("plots drawn") as progress:
        path = api.report(study, format, output, results, progress)
    size = path.stat().st_size
    if json:
        echo(json_module.dumps({"path": str(path), "format": format, "bytes": size}))
        return
    echo(f"{path}: {size / KILOBYTE:,.0f} kB, one file that needs no other")
