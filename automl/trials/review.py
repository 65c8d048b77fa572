"""What the model of a finished trial gets wrong."""

from __future__ import annotations

from automl.core.review import Line, Lines, Mistake, Review
from automl.data.dataset import Dataset
from automl.tasks import TASKS
from automl.tasks.findings import Finding
from automl.training.fit import answer
from automl.training.run import TrainingRun
from automl.training.tensors import Tensors


def review_best(run: TrainingRun, data: Dataset, validation: Tensors) -> Review:
    """The model with its best weights, which it has from here on, on the validation split.

    Args:
        run: A training that came to its end.
        data: What it was trained on.
        validation: The split where it is trained.
    """
    run.model.load_state_dict(run.best_weights)
    outputs = answer(run, validation)
    task = TASKS[data.task](data.target)
    found = task.review(outputs, validation.targets.to(run.device))
    mistakes = tuple(_mistake(each, data) for each in found.worst)
    return Review(len(validation), found.errors, mistakes)


def _mistake(finding: Finding, data: Dataset) -> Mistake:
    example = data.encoding.show(data.validation.inputs[finding.index])
    if isinstance(example, Lines) and finding.ahead:
        past = len(data.validation.inputs[finding.index])
        ahead = (Line(each.name, past, each.values) for each in finding.ahead)
        example = Lines((*example.lines, *ahead))
    return Mistake(example, finding.truth, finding.answer, finding.degree)
