"""``automl predict``, ``automl evaluate`` and ``automl serve``: a model in use."""

from __future__ import annotations

import csv
import json as json_module
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from automl.cli.options import Bundle, Json, Results, complete_from
from automl.cli.terminal import columns, echo, table, wrap
from automl.core.defaults import RESULTS
from automl.core.errors import DataError, UserError
from automl.core.final import openings
from automl.core.text import count, value
from automl.data import DATASETS

if TYPE_CHECKING:
    from automl.inference.evaluate import BundleEvaluation
    from automl.inference.output import WrittenPredictions
    from automl.inference.predict import InputPrediction
    from automl.tasks.task import Prediction

# Predictions that are printed at once, in columns as wide as their rows need.
ROWS_AT_ONCE = 1000
_SPLIT_NAMES = {
    "all": "all of it",
    **{each: f"its {each} split" for each in ("train", "validation", "test")},
}
# Addresses that need no warning.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def predict(
    bundle: Bundle,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Files or folders; - is standard input.")
    ],
    top_k: Annotated[
        int | None,
        typer.Option("--top-k", min=1, metavar="N", help="The N most likely labels, best first."),
    ] = None,
    probabilities: Annotated[
        bool,
        typer.Option("--probabilities", help="The probability of each label, in its own column."),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="File to write: .csv, .jsonl or .parquet."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,COLUMN", help="Input columns to copy to --output.  [all columns]"
        ),
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Run a model on your files: images, texts, tables, series."""
    from automl import api

    if keep is not None and output is None:
        raise UserError(f"--keep {keep} needs a file to write the columns to: --output FILE")
    if output is not None:
        kept = None if keep is None else next(csv.reader([keep]), [])
        written = api.predict_to_file(
            bundle,
            inputs,
            output,
            keep=kept,
            top_k=top_k,
            announce=_announce,
            results=results,
        )
        echo(_written_text(written, json))
        return
    if top_k is not None and probabilities:
        raise UserError(f"--top-k {top_k} and --probabilities exclude each other; leave out one")
    found = CountedPredictions(api.predictions(bundle, inputs, _announce, results))
    lines = as_json(found, top_k) if json else as_tables(found, top_k, probabilities)
    for line in lines:
        echo(line)
    if not found.predicted:
        raise DataError("none of the inputs could be read")


def _announce(line: str) -> None:
    echo(line, err=True)


class CountedPredictions:
    """Predictions as they come, counting those that are no errors.

    Args:
        found: Predictions and errors.
    """

    def __init__(self, found: Iterable[InputPrediction]) -> None:
        self._found = found
        self.predicted = 0

    def __iter__(self) -> Iterator[InputPrediction]:
        for each in self._found:
            self.predicted += each.prediction is not None
            yield each


def as_json(found: Iterable[InputPrediction], top_k: int | None) -> Iterator[str]:
    """A JSON list, one element a line; only one element is in memory at a time.

    Args:
        found: The predictions.
        top_k: Number of most likely labels; None is all.

    Raises:
        UserError: if ``top_k`` is given and the model predicts numbers.
    """
    before = "["
    for each in found:
        yield f"{before}{json_module.dumps(_prediction_json(each, top_k), default=str)}"
        before = ","
    yield "[]" if before == "[" else "]"


def _prediction_json(found: InputPrediction, top_k: int | None) -> dict[str, Any]:
    if found.prediction is None:
        return {"name": found.name, "prediction": None, "error": found.error}
    prediction = found.prediction.as_json()
    if top_k is not None:
        prediction["probabilities"] = dict(_ranked(found.prediction)[:top_k])
    return {"name": found.name, "prediction": prediction, "error": found.error}


def as_tables(
    found: Iterable[InputPrediction],
    top_k: int | None,
    every: bool,
    rows_at_once: int = ROWS_AT_ONCE,
) -> Iterator[str]:
    """Tables of some rows each, below one heading unless the columns change.

    Errors have their own column.

    Args:
        found: The predictions.
        top_k: Number of labels, most likely first; None is the most likely one.
        every: Whether each label has a column with its probability.
        rows_at_once: Predictions that share one table.

    Raises:
        UserError: if ``top_k`` or ``every`` is given and the model predicts numbers.
    """
    headings: tuple[str, ...] = ()
    left = iter(found)
    while some := list(islice(left, rows_at_once)):
        rows = [row for each in some for row in _rows(each, top_k, every)]
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        names = (*(name for name in names if name != "error"), *({"error"} & set(names)))
        cells = [[row.get(name, "-") for name in names] for row in rows]
        yield columns(cells) if names == headings else table(names, cells)
        headings = names


def _rows(found: InputPrediction, top_k: int | None, every: bool) -> list[dict[str, str]]:
    """One row, or for a forecast one row a step."""
    if found.prediction is None:
        return [{"input": found.name, "error": found.error or ""}]
    return [{"input": found.name, **cells} for cells in _cells(found.prediction, top_k, every)]


def _cells(prediction: Prediction, top_k: int | None, every: bool) -> list[dict[str, str]]:
    if not (every or top_k is not None):
        return prediction.as_rows()
    ranked = _ranked(prediction)
    if every:
        each = {f"p({label})": f"{probability:.4f}" for label, probability in sorted(ranked)}
        return [{"label": ranked[0][0], **each}]
    cells: dict[str, str] = {}
    for place, (label, probability) in enumerate(ranked[:top_k], start=1):
        number = "" if place == 1 else f" {place}"
        cells |= {f"label{number}": label, f"probability{number}": f"{probability:.4f}"}
    return [cells]


def _ranked(prediction: Prediction) -> Sequence[tuple[str, float]]:
    """Every label with its probability, most likely first."""
    if not prediction.ranked:
        names = ", ".join(prediction.numbers[0])
        raise UserError(
            f"the model predicts numbers ({names}), which have no probabilities; leave out --top-k "
            "and --probabilities"
        )
    return prediction.ranked


def _written_text(written: WrittenPredictions, as_json: bool) -> str:
    """What was written to a file of predictions, and what could not be read."""
    if as_json:
        return json_module.dumps(asdict(written), default=str)
    lines = [f"{written.path}: {count(written.rows, 'row')}"]
    if written.unread:
        inputs = f"{count(written.unread, 'input')} could not be read"
        lines.append(wrap(f"{inputs}, the first: {written.first_error}"))
    return "\n".join(lines)


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
    echo(json_module.dumps(_evaluation_json(found)) if json else _evaluation_text(found))


def _evaluation_text(found: BundleEvaluation) -> str:
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


def _evaluation_json(found: BundleEvaluation) -> dict[str, object]:
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


def serve(
    bundle: Bundle,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, metavar="N", help="Port to listen on; 0 picks a free one."),
    ] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Host name that clients may use; may be repeated."),
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Serve a model over HTTP."""
    from automl import api
    from automl.serving import ServerSettings

    def ready(url: str, example: str) -> None:
        echo(f"{bundle}: {url} (Ctrl-C ends it)")
        echo(f"Try it: {example}")
        echo(f"All of it: {url}/docs")

    if host not in LOOPBACK:
        echo(f"--host {host}: everyone who can reach this machine can use the model", err=True)
    settings = ServerSettings(host=host, port=port, allow_hosts=tuple(allow_host or ()))
    answered = api.serve(bundle, settings, ready, results)
    echo(f"Ended after {count(answered, 'request')}.")
