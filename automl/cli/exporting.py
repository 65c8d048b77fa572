"""``automl export``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import complete_format
from automl.cli.options import Json, Results, Study
from automl.cli.tables import table
from automl.cli.terminal import echo
from automl.cli.text import parse_latency, program
from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.export.export import Exported


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    study: Study,
    trial: Annotated[int | None, typer.Option(min=0, help="Whose model.  [the final one]")] = None,
    ensemble: Annotated[
        bool, typer.Option("--ensemble", help="The average of several, as one model.")
    ] = False,
    max_latency: Annotated[
        str | None, typer.Option(help="Most time for one example: 5ms.  [any]")
    ] = None,
    max_parameters: Annotated[
        float | None, typer.Option(min=1, help="Most learned numbers.  [any]")
    ] = None,
    max_flops: Annotated[
        float | None, typer.Option(min=1, help="Most operations an example.  [any]")
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            help="safetensors, torch_export, onnx or keras.", autocompletion=complete_format
        ),
    ] = "safetensors",
    quantize: Annotated[
        str | None, typer.Option(help="Smaller weights: int8 or fp16.  [float32]")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where to.  [in the study's folder]")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Write a model, checked against the original on real inputs."""
    from automl import api

    made = api.export(
        study,
        trial=trial,
        ensemble=ensemble,
        max_latency=parse_latency(max_latency, "--max-latency"),
        max_parameters=max_parameters,
        max_flops=max_flops,
        format=format,
        quantize=quantize,
        output=output,
        results=results,
    )
    if json:
        cost = made.quantized.model_dump() if made.quantized else None
        echo(json_module.dumps({**asdict(made), "quantized": cost}, default=str))
        return
    echo(f"{made.path}: {made.format}, {made.size:,} bytes")
    echo(f"Checked: {made.quantized or made.parity}")
    echo(_beside(made))
    echo(f"Use it: {_next(made)}")


def _beside(made: Exported) -> str:
    """Both models in numbers: sizes, and where they were timed, what calls take."""
    headings = ["", "bytes", *(f"ms for {each.batch}" for each in made.latency)]
    before = [f"{made.original_size:,}", *(f"{each.original:.2f}" for each in made.latency)]
    after = [f"{made.size:,}", *(f"{each.written:.2f}" for each in made.latency)]
    text = table(headings, [("original", *before), (made.format, *after)])
    return f"{text}\n(one call on one CPU thread, the median)" if made.latency else text


def _next(made: Exported) -> str:
    """What runs the very numbers that were written; ``predict`` has the weights of no int8."""
    if made.quantized and made.quantized.kind == "int8":
        return f"python {made.path / 'predict.py'} FILE"
    return f"{program()} predict {made.path} FILE"
