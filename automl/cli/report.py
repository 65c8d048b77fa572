"""``automl report``."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer

from automl.cli.options import Json, Results, Study, complete_from
from automl.cli.terminal import counting, echo
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.core.text import either
from automl.report import FORMATS

KILOBYTE = 1000
# File name that stands for standard output.
STDOUT = "-"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    study: Study,
    format: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Format: {either(FORMATS)}.",
            autocompletion=complete_from(FORMATS),
        ),
    ] = "html",
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="File to write; - prints it.  [in the study's folder]"),
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Write the report of a study, in one file."""
    from automl import api

    study, results = api.locate_study(study, results)
    if output == STDOUT:
        if json:
            raise UserError("--json and --output - exclude each other; leave out one")
        echo(api.report_text(study, format, results).rstrip("\n"))
        return
    with counting("plots drawn") as progress:
        path = api.report(study, format, output, results, progress)
    size = path.stat().st_size
    if json:
        echo(json_module.dumps({"path": str(path), "format": format, "bytes": size}))
        return
    echo(f"{path}: {size / KILOBYTE:,.0f} kB, one file that needs no other")
