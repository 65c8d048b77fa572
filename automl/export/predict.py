"""Runs a bundle's model on a user's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from automl.core.errors import DataError, UserError
from automl.data.encodings.encoding import Array, Reading
from automl.export.bundle import Bundle
from automl.export.files import expand
from automl.export.foreign import foreign
from automl.export.run import run_module
from automl.tasks.prediction import Prediction

BATCH = 64


@dataclass(frozen=True)
class InputPrediction:
    """What a model says about one example of a user's files, or why it cannot.

    Args:
        name: The file, or the file and the row in it.
        prediction: None if the example cannot be read.
        error: Why not, None if it can.
    """

    name: str
    prediction: Prediction | None = None
    error: str | None = None


class Predictor:
    """A model that is ready to run; ``facts`` is what its bundle says of it.

    Args:
        folder: A bundle of any format, from anybody: of each, the weights are what is run.

    Raises:
        UserError: if there is no bundle, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        bundle = Bundle.load(folder)
        self.facts = bundle.facts
        self._task = bundle.facts.make_task()
        self._run = run_module(bundle.model())

    def predict(self, paths: Sequence[Path]) -> list[InputPrediction]:
        """Predict every example of the files, in the order given.

        A folder stands for the files in it, sorted. Files are read as they were for training. A row
        or a file that cannot be read has an error in its place.

        Raises:
            DataError: if a path is not there, or a folder holds nothing to predict.
            UserError: if the model cannot be run.
        """
        files = list(expand(paths, self.facts.encoding))
        readings = (reading for file in files for reading in self._read(file))
        batches = iter(lambda: list(islice(readings, BATCH)), [])
        return [each for batch in batches for each in self._predict_batch(batch)]

    def _read(self, file: Path) -> Iterator[Reading]:
        try:
            yield from self.facts.encoding.read(file)
        except DataError as error:
            yield Reading(str(file), error=str(error))

    def _predict_batch(self, readings: Sequence[Reading]) -> Iterator[InputPrediction]:
        values = [each.value for each in readings if each.value is not None]
        predictions = iter(self._decide(values))
        for each in readings:
            if each.value is None:
                yield InputPrediction(each.name, error=each.error)
            else:
                yield InputPrediction(each.name, next(predictions))

    def _decide(self, values: Sequence[Array]) -> list[Prediction]:
        if not values:
            return []
        from torch import from_numpy

        with foreign(UserError, "the bundle's model cannot be run"):
            outputs = self._run(self.facts.encoding.stack(values))
            return self._task.decode(from_numpy(outputs))
