"""Predictions of a bundle's model for a user's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from automl.core.errors import UserError
from automl.data.encoding import Array, Reading
from automl.export.bundle import Bundle
from automl.export.runtime import as_function, third_party
from automl.inference.inputs import Rows, read_file
from automl.tasks.prediction import Prediction, QuantityPrediction

BATCH = 64


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
            yield InputPrediction(each.name, _with_times(next(found), each), row=each.row)


def _with_times(prediction: Prediction, reading: Reading) -> Prediction:
    """A forecast with its item and the times of its steps."""
    if not (reading.times or reading.item) or not isinstance(prediction, QuantityPrediction):
        return prediction
    return replace(prediction, times=reading.times, item=reading.item)
