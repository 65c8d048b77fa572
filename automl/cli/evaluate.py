"""``automl evaluate``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Bundle, Json, Results, complete_from
from automl.cli.terminal import echo, table, wrap
from automl.core.defaults import RESULTS
from automl.core.final import openings
from automl.core.text import count, value
from automl.data import DATASETS

if TYPE_CHECKING:
    from automl.inference.evaluate import BundleEvaluation

_SPLIT_NAMES = {
    "all": "all of it",
    **{each: f"its {each} split" for each in ("train", "validation", "test")},
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    bundle: Bundle,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="Name of a dataset, or a path.",
            autocompletion=complete_from(DATASETS),
        ),
    ],
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="all, train, validation or test.  [test for training data, else all]",
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the correct answers.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of the search that made the model.")
    ] = 0,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Measure a model on data with known answers."""
    from automl import api

    found = api.evaluate(
        bundle,
        data,
        split=split,
        target=target,
        seed=seed,
        announce=lambda line: echo(line, err=True),
        results=results,
    )
    echo(json_module.dumps(_as_json(found)) if json else _as_text(found))


def _as_text(found: BundleEvaluation) -> str:
    rows = [
        (each.metric, value(each.value), value(each.low), value(each.high))
        for each in found.evaluation.scores
    ]
    lines = [
        f"{found.data}, {_SPLIT_NAMES[found.split]}: {count(found.evaluation.examples, 'example')}",
        table(("metric", "value", "low", "high"), rows),
        wrap(f"From low to high is the 95% interval: {found.evaluation.basis}."),
        *([wrap(f"Left out: {found.left_out}.")] if found.left_out else []),
        *([] if found.test_opened is None else [wrap(openings(found.test_opened))]),
        *(wrap(f"Note: {each}.") for each in found.notes),
    ]
    return "\n".join(lines)


def _as_json(found: BundleEvaluation) -> dict[str, object]:
    evaluation = found.evaluation
    return {
        "data": found.data,
        "split": found.split,
        "trained_on": found.trained_on,
        "examples": evaluation.examples,
        "basis": evaluation.basis,
        "scores": [asdict(each) for each in evaluation.scores],
        "left_out": asdict(found.left_out),
        "test_opened": found.test_opened,
        "notes": found.notes,
    }
