"""Use a model: predict, evaluate on examples with known targets, and serve over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.stored_study import locate_bundle, locate_study
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError, require
from automl.finalizing.record import read_test_opened
from automl.serving import ServerSettings
from automl.store import Openings, Store, StudyFolder

if TYPE_CHECKING:
    from pandas import DataFrame

    from automl.data.encoding import Reading
    from automl.inference.evaluate import BundleEvaluation
    from automl.inference.inputs import Rows
    from automl.inference.output import WrittenPredictions
    from automl.inference.predict import InputPrediction, Predictor

STANDARD_INPUT = "-"
_NOT_COUNTED = (
    "this opening of the test split is not counted, for the model's study is not in the results "
    "folder; say where it is with --results"
)


def predict(bundle: str, inputs: list[str], results: str = RESULTS) -> list[InputPrediction]:
    """Run a model on every example of files; ``predictions`` gives them one by one.

    Raises:
        UserError: if the bundle or an input does not exist.
    """
    return list(predictions(bundle, inputs, results=results))


def predictions(
    bundle: str,
    inputs: list[str],
    announce: Callable[[str], None] = lambda line: None,
    results: str = RESULTS,
) -> Iterator[InputPrediction]:
    """Run a model on every example of files, one after the other as they are read.

    Args:
        bundle: Folder of an exported model, or name of a study, for its best model.
        inputs: Files and folders; ``-`` is standard input.
        announce: Function that is told the progress every two seconds, and of unusual files.
        results: Results folder in which a study is looked up.

    Raises:
        UserError: if the bundle or an input does not exist.
    """
    from automl.inference.predict import Predictor

    predictor = Predictor(locate_bundle(bundle, results))
    yield from _told(predictor, _readings(predictor, inputs), announce)


def predict_to_file(
    bundle: str,
    inputs: list[str],
    output: str,
    *,
    keep: Sequence[str] | None = None,
    top_k: int | None = None,
    announce: Callable[[str], None] = lambda line: None,
    results: str = RESULTS,
) -> WrittenPredictions:
    """Run a model on every example of files, and write a table of the predictions.

    Args:
        bundle: Folder of an exported model, or name of a study, for its best model.
        inputs: Files and folders; ``-`` is standard input.
        output: New file to write, ``.csv``, ``.jsonl`` or ``.parquet``.
        keep: Columns of the input to keep; None keeps all.
        top_k: Number of labels for each example, most likely first; None is the most likely
            one and the probability of every label.
        announce: Function that is told the progress every two seconds.
        results: Results folder in which a study is looked up.

    Raises:
        UserError: if the bundle or an input does not exist, no input can be read, or the file
            cannot be written; no file is left then.
    """
    from automl.inference.output import check_output, write_predictions
    from automl.inference.predict import AnswerFormat, Predictor

    path = Path(output).expanduser()
    form = check_output(path)
    predictor = Predictor(locate_bundle(bundle, results))
    answers = AnswerFormat(predictor.facts.target, top_k, predictor.facts.encoding.steps)
    found = _told(predictor, _readings(predictor, inputs, rows=form.rows), announce)
    return write_predictions(found, path, answers, keep, named=len(inputs) > 1)


def answers(bundle: str, given: Any, *, results: str = RESULTS) -> DataFrame:
    """Run a model on examples in memory, or on files.

    Args:
        bundle: Folder of an exported model, or name of a study, for its best model.
        given: Examples: a path or several; a DataFrame; one or several dicts, texts, arrays or
            pictures, whichever the model reads.
        results: Results folder in which a study is looked up.

    Returns:
        A row for each example, or for each step of a forecast, with the index of a given
        DataFrame. The columns are ``prediction``, for classes also ``probability`` and
        ``p(LABEL)`` of every label, and ``error`` where an example cannot be read.

    Raises:
        UserError: if there is no such bundle, or no example can be read.
    """
    from automl.inference.in_memory import read_in_memory
    from automl.inference.predict import AnswerFormat, Predictor, as_frame

    predictor = Predictor(locate_bundle(bundle, results))
    found = predictor.stream(read_in_memory(given, predictor.facts.encoding))
    return as_frame(
        found,
        AnswerFormat(predictor.facts.target, steps=predictor.facts.encoding.steps),
        getattr(given, "index", None),
    )


def evaluate(
    bundle: str,
    data: str,
    *,
    split: str | None = None,
    target: str | None = None,
    seed: int = 0,
    announce: Callable[[str], None] = lambda line: None,
    results: str = RESULTS,
) -> BundleEvaluation:
    """Measure a model on data with targets, with 95 % intervals.

    An opening of the study's test split is counted in the results folder of the study; if that is
    not found, a note says so.

    Args:
        bundle: Folder of an exported model, or name of a study, for its best model.
        data: Name of a dataset, or path of a file or folder.
        split: ``"train"``, ``"validation"``, ``"test"`` or ``"all"``; None is the test split of
            the training data, and all of any other data.
        target: Column with the targets; None finds it.
        seed: Seed of the search, which decided its splits.
        announce: Function that is told of work that takes seconds.
        results: Results folder in which a study is looked up.

    Raises:
        UserError: if there is no such bundle, data or split, or nothing to measure.
        StudyError: if the opening of the test split cannot be written to disk.
    """
    from automl.export.bundle import Bundle
    from automl.inference.evaluate import evaluate_bundle

    notes: list[str] = []

    def count_opening(fingerprint: str, test_split: str) -> int | None:
        folder = _study_of(bundle, results)
        if folder is None:
            notes.append(_NOT_COUNTED)
            return None
        openings = Openings(folder.path.parent)
        openings.note(fingerprint, test_split, f"evaluate {bundle}")
        return max(openings.count(fingerprint, test_split), read_test_opened(folder))

    model = Bundle.load(locate_bundle(bundle, results))
    found = evaluate_bundle(model, data, split, target, seed, announce, count_opening)
    return replace(found, notes=(*found.notes, *notes))


def _study_of(bundle: str, results: str) -> StudyFolder | None:
    """The folder of the study that a bundle was exported from, if it is found."""
    try:
        name, root = locate_study(bundle, results)
    except StudyError:
        return None
    folder = Store(Path(root)).study(name)
    return folder if folder.exists() else None


def serve(
    bundle: str, settings: ServerSettings, ready: Callable[[str, str], None], results: str = RESULTS
) -> int:
    """Serve a model over HTTP until interrupted, and finish the running requests.

    Args:
        bundle: Folder of an exported model, or name of a study, for its best model.
        settings: Address to listen on, and limits of requests.
        ready: Function that is given the URL and an example request once the server answers.
        results: Results folder in which a study is looked up.

    Returns:
        Number of requests that were answered.

    Raises:
        MissingPackage: if the extra ``serve`` is not installed.
        UserError: if there is no such bundle, or the address cannot be listened on.
    """
    require("serve", "fastapi", "fastapi_offline", "h11", "uvicorn")
    from automl.inference.predict import Predictor
    from automl.serving.server import PredictionServer

    return PredictionServer(Predictor(locate_bundle(bundle, results)), settings, ready).run()


def _told(
    predictor: Predictor, readings: Iterator[Reading], announce: Callable[[str], None]
) -> Iterator[InputPrediction]:
    """The predictions, announcing their number every two seconds."""
    from automl.data.source import ReadProgress

    told = ReadProgress(announce, f"{predictor.facts.encoding.unit} predicted:", total=0)
    for done, each in enumerate(predictor.stream(_noted(readings, announce)), start=1):
        yield each
        told(done)


def _noted(readings: Iterable[Reading], announce: Callable[[str], None]) -> Iterator[Reading]:
    """The readings, announcing the notes on how files were read."""
    for each in readings:
        if each.note:
            announce(f"Note: {each.note}.")
        yield each


def _readings(
    predictor: Predictor, inputs: list[str], rows: Rows | None = None
) -> Iterator[Reading]:
    """The readings of all inputs; all paths are checked before the first file is read."""
    from automl.inference.inputs import expand_paths, read_stream

    encoding = predictor.facts.encoding
    named = [
        [None] if each == STANDARD_INPUT else list(expand_paths([Path(each)], encoding))
        for each in inputs
    ]
    for file in (each for files in named for each in files):
        if file is None:
            yield from read_stream(sys.stdin.buffer, encoding, rows)
        else:
            yield from predictor.read(file, rows)
