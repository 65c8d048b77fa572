"""``automl export``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study, complete_from, parse_latency
from automl.cli.terminal import echo, program, table
from automl.core.defaults import RESULTS
from automl.core.text import either
from automl.export import EXPORTERS

if TYPE_CHECKING:
    from automl.export.exporter import Exported


def export(
    study: Study,
    trial: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Trial whose model is exported.  [the final model]"),
    ] = None,
    ensemble: Annotated[
        bool, typer.Option("--ensemble", help="Export the ensemble, as one model.")
    ] = False,
    max_latency: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Maximum time for one example: 5ms.  [no limit]"),
    ] = None,
    max_parameters: Annotated[
        float | None,
        typer.Option(min=1, metavar="N", help="Maximum number of parameters.  [no limit]"),
    ] = None,
    max_flops: Annotated[
        float | None,
        typer.Option(min=1, metavar="N", help="Maximum FLOPs per example.  [no limit]"),
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Format: {either(EXPORTERS)}.",
            autocompletion=complete_from(EXPORTERS),
        ),
    ] = "safetensors",
    quantize: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Type of the weights: int8 or fp16.  [float32]"),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder to write.  [in the study's folder]")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Export a model, checked against the original on real inputs."""
    from automl import api

    study, results = api.locate_study(study, results)
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
    echo(f"{made.path}: {made.model}; {made.format}, {made.size:,} bytes")
    echo(f"Checked: {made.quantized or made.parity}")
    echo(_beside(made))
    echo(f"Use it: {_next(made)}")


def _beside(made: Exported) -> str:
    """Sizes and latencies of the original and the exported model."""
    headings = ["", "bytes", *(f"ms for {each.batch}" for each in made.latency)]
    before = [f"{made.original_size:,}", *(f"{each.original:.2f}" for each in made.latency)]
    after = [f"{made.size:,}", *(f"{each.written:.2f}" for each in made.latency)]
    text = table(headings, [("original", *before), (made.format, *after)])
    return f"{text}\n(one call on one CPU thread, the median)" if made.latency else text


def _next(made: Exported) -> str:
    """The command that runs the exported model; ``predict`` does not run int8 weights."""
    if made.quantized and made.quantized.kind == "int8":
        return f"python {made.path / 'predict.py'} FILE"
    return f"{program()} predict {made.path} FILE"
