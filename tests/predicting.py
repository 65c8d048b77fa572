"""Predicts files with a bundle, as the commands do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automl.inference.inputs import expand_paths
from automl.inference.predict import InputPrediction, Predictor


def predict_files(model: Predictor | Path, paths: Sequence[Path]) -> list[InputPrediction]:
    """The predictions for every example of files and folders, by a predictor or a bundle."""
    predictor = model if isinstance(model, Predictor) else Predictor(model)
    files = list(expand_paths(paths, predictor.facts.encoding))
    return list(predictor.stream(each for file in files for each in predictor.read(file)))
