"""From a trial's spec to what is trained."""

from __future__ import annotations

import torch

from automl.core.target import Classes
from automl.core.trial import TrialSpec
from automl.data.dataset import Dataset
from automl.models.network import build_model
from automl.models.preprocessing.make import make_preprocess
from automl.tasks import TASKS
from automl.training.run import TrainingRun
from automl.training.settings import TrainingSettings


def prepare(spec: TrialSpec, data: Dataset, device: torch.device) -> TrainingRun:
    """The run of ``spec`` at its beginning: fresh weights, as its seed has them, on ``device``.

    Raises:
        Infeasible: if the network cannot be built.
        UserError: if a name or an option in the spec is wrong.
    """
    torch.manual_seed(spec.seed)
    task = TASKS[data.task](data.target)
    with device:
        preprocess = make_preprocess(data.encoding.preprocessing)
        model = build_model(spec.config.network, data.encoding.shape, preprocess, task.head)
    return TrainingRun(
        model,
        loss=task.loss,
        measure=task.measure,
        settings=TrainingSettings(**spec.config.training),
        epochs=spec.epochs,
        seed=spec.seed,
        metric=spec.metric,
        maximize=spec.maximize,
        classes=len(data.target.labels) if isinstance(data.target, Classes) else None,
        accumulate=spec.accumulate,
        guide=spec.guide,
    )
