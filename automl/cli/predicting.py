"""``automl predict`` and ``automl evaluate``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import complete_dataset
from automl.cli.options import Json
from automl.cli.tables import table
from automl.cli.terminal import echo, wrap
from automl.core.errors import DataError, UserError
from automl.core.text import count, value

if TYPE_CHECKING:
    from automl.export.judge import Judgement

Bundle = Annotated[str, typer.Argument(help="Folder of an exported model.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("predict")(predict)
    app.command("evaluate")(evaluate)


def predict(
    bundle: Bundle,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT…", help="Files or folders; - is standard input.")
    ],
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="So many labels, the likeliest first.")
    ] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Of every label, in a column each.")
    ] = False,
    json: Json = False,
) -> None:
    """Run a model on your files: images, texts, tables, series."""
    from automl import api
    from automl.cli.predictions import Tally, as_json, as_tables

    if top_k is not None and probabilities:
        raise UserError(f"--top-k {top_k} and --probabilities: the latter has all; leave out one")
    found = Tally(api.predictions(bundle, inputs, _announce))
    lines = as_json(found, top_k) if json else as_tables(found, top_k, probabilities)
    for line in lines:
        echo(line)
    if not found.predicted:
        raise DataError("none of the inputs could be read")


def evaluate(
    bundle: Bundle,
    data: Annotated[
        str,
        typer.Argument(help="A dataset's name, or a path.", autocompletion=complete_dataset),
    ],
    split: Annotated[
        str | None,
        typer.Option(help="all, train, validation or test.  [test of training data, else all]"),
    ] = None,
    target: Annotated[str | None, typer.Option(help="Column of what is true.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search that made the model.")] = 0,
    json: Json = False,
) -> None:
    """Measure a model on data with targets."""
    from automl import api

    found = api.evaluate(bundle, data, split=split, target=target, seed=seed, announce=_announce)
    echo(json_module.dumps(_record(found)) if json else _text(found))


_PARTS = {
    "all": "all of it",
    **{each: f"its {each} split" for each in ("train", "validation", "test")},
}


def _announce(line: str) -> None:
    typer.echo(line, err=True)


def _text(found: Judgement) -> str:
    rows = [
        (each.metric, value(each.value), value(each.low), value(each.high))
        for each in found.evaluation.scores
    ]
    lines = [
        f"{found.data}, {_PARTS[found.split]}: {count(found.evaluation.examples, 'example')}",
        table(("metric", "value", "low", "high"), rows),
        wrap(f"From low to high is the 95% interval: {found.evaluation.basis}."),
        *([wrap(f"Left out: {found.left_out}.")] if found.left_out else []),
        *(wrap(f"Note: {each}.") for each in found.notes),
    ]
    return "\n".join(lines)


def _record(found: Judgement) -> dict[str, object]:
    evaluation = found.evaluation
    return {
        "data": found.data,
        "split": found.split,
        "trained_on": found.trained_on,
        "examples": evaluation.examples,
        "basis": evaluation.basis,
        "scores": [asdict(each) for each in evaluation.scores],
        "left_out": asdict(found.left_out),
        "notes": found.notes,
    }
