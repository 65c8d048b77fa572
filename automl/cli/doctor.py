"""``automl doctor``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict

import typer

from automl.cli.options import Json, Results
from automl.cli.terminal import echo, table
from automl.core.defaults import RESULTS


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(results: Results = RESULTS, json: Json = False) -> None:
    """Check the devices, libraries and disk of this machine."""
    from automl import api

    findings = api.doctor(results)
    if json:
        echo(json_module.dumps([asdict(each) for each in findings]))
    else:
        rows = (("ok" if each.ok else "WRONG", each.name, each.text) for each in findings)
        echo(table(("", "what", "found"), rows))
    if not all(each.ok for each in findings):
        raise typer.Exit(2)
