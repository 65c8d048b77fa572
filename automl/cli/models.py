"""``automl export`` and ``automl predict``."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import complete_format
from automl.cli.options import Json, Results, Study
from automl.cli.tables import table
from automl.cli.terminal import echo
from automl.cli.text import program
from automl.core.defaults import RESULTS
from automl.core.errors import DataError

if TYPE_CHECKING:
    from automl.export.predict import InputPrediction


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export")(export)
    app.command("predict")(predict)


def export(
    study: Study,
    trial: Annotated[int | None, typer.Option(min=0, help="Whose model.  [the best]")] = None,
    format: Annotated[
        str,
        typer.Option(help="safetensors, torch_export or onnx.", autocompletion=complete_format),
    ] = "safetensors",
    output: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where to.  [in the study's folder]")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Write a model, checked against the original on real inputs."""
    from automl import api

    made = api.export(study, trial=trial, format=format, output=output, results=results)
    if json:
        echo(json_module.dumps(asdict(made), default=str))
        return
    echo(f"{made.path}: {made.format}, {made.size:,} bytes")
    echo(f"Checked: {made.parity}")
    echo(f"Use it: {program()} predict {made.path} FILE")


def predict(
    bundle: Annotated[str, typer.Argument(help="Folder of an exported model.")],
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT…", help="Files or folders.")],
    json: Json = False,
) -> None:
    """Run a model on your files: images, texts, tables, series."""
    from automl import api

    found = api.predict(bundle, inputs)
    if json:
        echo(json_module.dumps([asdict(each) for each in found], default=str))
    else:
        echo(_as_table(found))
    if all(each.prediction is None for each in found):
        raise DataError("none of the inputs could be read")


def _as_table(found: Sequence[InputPrediction]) -> str:
    """A row for each example; errors have a column of their own, if there are any."""
    columns = next((tuple(each.prediction.as_row()) for each in found if each.prediction), ())
    columns += ("error",) if any(each.error for each in found) else ()
    return table(("input", *columns), ((each.name, *_cells(each, columns)) for each in found))


def _cells(found: InputPrediction, columns: Sequence[str]) -> list[str]:
    row = found.prediction.as_row() if found.prediction else {"error": found.error}
    return [row.get(column) or "-" for column in columns]
