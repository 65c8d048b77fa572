"""Runs a bundle of any format on image files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from automl.core.errors import DataError, UserError
from automl.data.dataset import Images
from automl.data.images.decode import decode_image
from automl.export import EXPORTERS
from automl.export.bundle import Bundle
from automl.export.foreign import foreign
from automl.export.run import Run
from automl.tasks import TASKS
from automl.tasks.task import Prediction

BATCH = 64


@dataclass(frozen=True)
class FilePrediction:
    """What a model says about one file, or why it cannot.

    Args:
        path: The file.
        prediction: None if the file cannot be read.
        error: Why not, None if it can.
    """

    path: Path
    prediction: Prediction | None = None
    error: str | None = None


class Predictor:
    """A model that is ready to run; ``facts`` is what its bundle says of it.

    Args:
        folder: A bundle of any format. One of ``torch_export`` should come from someone you trust,
            for PyTorch's loader can be made to run code.

    Raises:
        UserError: if there is no bundle, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        bundle = Bundle.load(folder)
        self.facts = bundle.facts
        self._task = TASKS[bundle.facts.task]()
        self._run = _load(bundle)

    def predict(self, paths: Sequence[Path]) -> list[FilePrediction]:
        """Predict image files, in the order given; folders stand for the images in them, sorted.

        Images are read as they were for training: scaled to fit, centred on white. A file that
        cannot be read has an error in its place.

        Raises:
            DataError: if a path is not there, or a folder has no images.
        """
        files = [file for path in paths for file in _expand(path)]
        starts = range(0, len(files), BATCH)
        batches = (files[start : start + BATCH] for start in starts)
        return [each for batch in batches for each in self._predict_batch(batch)]

    def _predict_batch(self, files: Sequence[Path]) -> Iterator[FilePrediction]:
        read = [self._read(file) for file in files]
        predictions = iter(self._decide([each for each in read if isinstance(each, np.ndarray)]))
        for file, each in zip(files, read, strict=True):
            if isinstance(each, DataError):
                yield FilePrediction(file, error=str(each))
            else:
                yield FilePrediction(file, next(predictions))

    def _read(self, file: Path) -> Images | DataError:
        try:
            return decode_image(file, self.facts.input.shape)
        except DataError as error:
            return error

    def _decide(self, images: Sequence[Images]) -> list[Prediction]:
        if not images:
            return []
        from torch import from_numpy

        logits = self._run(np.stack(images))
        return self._task.decode(from_numpy(logits), self.facts.labels)


def _load(bundle: Bundle) -> Run:
    exporter = EXPORTERS[bundle.facts.format]()
    file = bundle.folder / exporter.file
    with foreign(UserError, f"cannot load the model {str(file)!r}"):
        return exporter.load(bundle.folder)


def _expand(path: Path) -> list[Path]:
    if path.is_dir():
        return _images_in(path)
    if not path.exists():
        raise DataError(f"there is no file or folder {str(path)!r}")
    return [path]


def _images_in(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if _is_image(path.relative_to(folder))]
    if not found:
        raise DataError(f"there are no images in the folder {str(folder)!r}")
    return sorted(found)


def _is_image(path: Path) -> bool:
    from PIL import Image

    hidden = any(part.startswith(".") for part in path.parts)
    suffixes = Image.registered_extensions()  # loads every format that Pillow has
    return not hidden and suffixes.get(path.suffix.lower()) in Image.OPEN
