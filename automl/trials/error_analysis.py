"""What the model of a finished trial gets wrong."""

from __future__ import annotations

from dataclasses import replace

from automl.core.error_analysis import ErrorAnalysis, Mistake, SeriesExample
from automl.data.dataset import Dataset
from automl.tasks import TASKS
from automl.tasks.task import WrongAnswer
from automl.training.device import Tensors
from automl.training.fit import compute_outputs
from automl.training.state import TrainingRun


def review_best(run: TrainingRun, data: Dataset, validation: Tensors) -> ErrorAnalysis:
    """The model with its best weights, which it has from here on, on the validation split.

    Args:
        run: A training that came to its end.
        data: What it was trained on.
        validation: The split where it is trained.
    """
    run.model.load_state_dict(run.best_weights)
    outputs = compute_outputs(run, validation)
    task = TASKS[data.task](data.target)
    found = task.find_errors(outputs, validation.targets.to(run.device))
    mistakes = tuple(_mistake(each, data) for each in found.worst)
    return ErrorAnalysis(len(validation), found.errors, mistakes)


def _mistake(finding: WrongAnswer, data: Dataset) -> Mistake:
    example = data.encoding.show(data.validation.inputs[finding.index])
    if isinstance(example, SeriesExample) and finding.ahead:
        past = len(data.validation.inputs[finding.index])
        ahead = (replace(each, start=past) for each in finding.ahead)
        example = SeriesExample((*example.lines, *ahead))
    return Mistake(example, finding.truth, finding.answer, finding.degree)
