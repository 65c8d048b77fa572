"""Predictions of a bundle's model for a user's files, and as rows of a table or a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError, UserError
from automl.data.encoding import Array, Reading
from automl.export.bundle import Bundle
from automl.export.runtime import as_function, third_party
from automl.inference.inputs import Rows, read_file
from automl.tasks.task import Prediction

if TYPE_CHECKING:
    from pandas import DataFrame

BATCH = 64
PREDICTION, PROBABILITY = "prediction", "probability"


@dataclass(frozen=True)
class InputPrediction:
    """The answer to one example of a user's files, or why there is none.

    Args:
        name: Name of the file, and of the row in it.
        prediction: Answer of the model; None if the example cannot be read.
        error: Why the example cannot be read; None if it can.
        row: Cells of its row of a table, by column, if they were asked for.
    """

    name: str
    prediction: Prediction | None = None
    error: str | None = None
    row: Mapping[str, Any] | None = None


class Predictor:
    """A model that is ready to run; ``facts`` is what its bundle says about it.

    Args:
        folder: Folder of a bundle of any format, from anybody: only its weights are run.

    Raises:
        UserError: there is no bundle, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        bundle = Bundle.load(folder)
        self.facts = bundle.facts
        self._task = bundle.facts.make_task()
        self._run = as_function(bundle.model())

    def read(self, file: Path, rows: Rows | None = None) -> Iterator[Reading]:
        """The examples of one file, or why there are none.

        Args:
            file: Path of the file.
            rows: Function that reads the rows of a table, for readings to carry; None for none.
        """
        return read_file(file, self.facts.encoding, rows=rows)

    def stream(self, readings: Iterable[Reading]) -> Iterator[InputPrediction]:
        """Predict examples as they come, of which one batch is in memory at a time.

        Args:
            readings: Examples, some of which may be unreadable.

        Raises:
            UserError: the model cannot be run.
        """
        left = iter(readings)
        while batch := list(islice(left, BATCH)):
            values = [each.value for each in batch if each.value is not None]
            yield from answer_each(batch, self.predict_batch(values))

    def predict_batch(self, values: Sequence[Array]) -> list[Prediction]:
        """Predict examples, all of them at once.

        Args:
            values: Examples as the encoding makes them.

        Raises:
            UserError: the model cannot be run.
        """
        if not values:
            return []
        from torch import from_numpy

        with third_party(UserError, "the bundle's model cannot be run"):
            outputs = self._run(self.facts.encoding.stack(values))
            return self._task.decode(from_numpy(outputs))


def answer_each(
    readings: Iterable[Reading], predictions: Iterable[Prediction]
) -> Iterator[InputPrediction]:
    """The answer to each example, or its error.

    Args:
        readings: Examples, some of which may be unreadable.
        predictions: Predictions for those that are readable, in the same order.
    """
    found = iter(predictions)
    for each in readings:
        if each.value is None:
            yield InputPrediction(each.name, error=each.error, row=each.row)
        else:
            placed = next(found).placed(each.times, each.item)
            yield InputPrediction(each.name, placed, row=each.row)


@dataclass(frozen=True)
class AnswerFormat:
    """The columns of a model's answers, and their rows.

    Args:
        target: What the model predicts.
        top_k: Number of labels, the likeliest first, each with its probability. None: the likeliest
            label, and the probability of every label.
        steps: Columns that name the step of a forecast: its item and its time.

    Raises:
        UserError: ``top_k`` is given, and the model predicts numbers.
    """

    target: Target
    top_k: int | None = None
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.top_k is not None and not isinstance(self.target, Classes):
            names = ", ".join(self.target.names)
            raise UserError(f"the model predicts numbers ({names}), which have no --top-k")

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        if not isinstance(self.target, Classes):
            return (*self.steps, *self._numbers().values())
        if self.top_k is None:
            return PREDICTION, PROBABILITY, *map(_probability_of, self.target.labels)
        places = range(1, min(self.top_k, len(self.target.labels)) + 1)
        return tuple(name for place in places for name in _placed(place))

    def rows(self, prediction: Prediction) -> list[dict[str, Any]]:
        """The rows of one answer: one row, or for a forecast one for each step."""
        if prediction.ranked:
            return [self._labels(prediction.ranked)]
        named = self._numbers()
        rows = [{named[name]: each for name, each in step.items()} for step in prediction.numbers]
        if not self.steps:
            return rows
        return [{**step, **row} for step, row in zip(prediction.steps, rows, strict=True)]

    def _labels(self, ranked: Sequence[tuple[str, float]]) -> dict[str, Any]:
        if self.top_k is None:
            label, probability = ranked[0]
            each = {_probability_of(label): share for label, share in ranked}
            return {PREDICTION: label, PROBABILITY: probability, **each}
        return {
            name: cell
            for place, pair in enumerate(ranked[: self.top_k], start=1)
            for name, cell in zip(_placed(place), pair, strict=True)
        }

    def _numbers(self) -> dict[str, str]:
        """Name of a quantity -> its column."""
        assert not isinstance(self.target, Classes), "labels have columns of their own"
        names = self.target.names
        return {name: PREDICTION if len(names) == 1 else f"{PREDICTION} {name}" for name in names}


def as_frame(
    found: Iterable[InputPrediction], answers: AnswerFormat, index: Any = None
) -> DataFrame:
    """Predictions as a DataFrame, with a column ``error`` if there are errors.

    Args:
        found: Predictions.
        answers: Columns of the answers.
        index: Index of the DataFrame, if it has as many rows; None numbers them.

    Raises:
        DataError: there is no answer at all.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    errors: list[str] = []
    for each in found:
        new = [{}] if each.prediction is None else answers.rows(each.prediction)
        rows += new
        errors += [f"{each.name}: {each.error}" if each.error else ""] * len(new)
    if all(errors):
        raise DataError(
            f"none of the inputs could be read; {errors[0] if errors else ''}".rstrip("; ")
        )
    frame = pd.DataFrame(rows, columns=list(answers.columns))
    if any(errors):
        frame["error"] = errors
    fits = isinstance(index, pd.Index) and len(index) == len(frame)
    return frame.set_axis(index, axis="index") if fits else frame


def _probability_of(label: str) -> str:
    return f"p({label})"


def _placed(place: int) -> tuple[str, str]:
    number = "" if place == 1 else f" {place}"
    return f"{PREDICTION}{number}", f"{PROBABILITY}{number}"
