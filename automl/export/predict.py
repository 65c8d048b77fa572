"""Runs a bundle's model on a user's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from automl.core.errors import UserError
from automl.data.encodings.encoding import Array, Reading
from automl.export.bundle import Bundle
from automl.export.files import expand
from automl.export.foreign import foreign
from automl.export.readings import read_file
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
        return list(self.stream(each for file in files for each in self.read(file)))

    def read(self, file: Path) -> Iterator[Reading]:
        """The examples of one file, or why there are none."""
        return read_file(file, self.facts.encoding)

    def stream(self, readings: Iterable[Reading]) -> Iterator[InputPrediction]:
        """Predict examples as they come, so many in memory as the model is given at once.

        Raises:
            UserError: if the model cannot be run.
        """
        left = iter(readings)
        while batch := list(islice(left, BATCH)):
            yield from self._predict_batch(batch)

    def decide(self, values: Sequence[Array]) -> list[Prediction]:
        """Predict examples that were read, all of them at once.

        Raises:
            UserError: if the model cannot be run.
        """
        if not values:
            return []
        from torch import from_numpy

        with foreign(UserError, "the bundle's model cannot be run"):
            outputs = self._run(self.facts.encoding.stack(values))
            return self._task.decode(from_numpy(outputs))

    def _predict_batch(self, readings: Sequence[Reading]) -> Iterator[InputPrediction]:
        values = [each.value for each in readings if each.value is not None]
        predictions = iter(self.decide(values))
        for each in readings:
            if each.value is None:
                yield InputPrediction(each.name, error=each.error)
            else:
                yield InputPrediction(each.name, next(predictions))
