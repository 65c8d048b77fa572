"""The models that an ensemble may be made of, and which of them answer best together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.final import Estimate
from automl.finalizing.selection import select

if TYPE_CHECKING:
    import torch

    from automl.core.trial import Config
    from automl.data.dataset import Dataset
    from automl.models.modules.model import Model
    from automl.tasks.task import Task

BATCH = 64


@dataclass(frozen=True)
class Candidate:
    """A model that was trained on the train split alone.

    Args:
        trial: Whose configuration it has.
        config: That configuration.
        weights: Where its weights are.
        seed: Of the refit that it is; None is the trial's own training.
    """

    trial: int
    config: Config
    weights: Path
    seed: int | None = None

    def model(self, data: Dataset) -> Model:
        """The model itself, on the CPU."""
        from safetensors.torch import load_file

        from automl.models.network import build_model
        from automl.models.preprocessing.make import make_preprocess

        encoding = data.encoding
        preprocess = make_preprocess(encoding.preprocessing)
        head = task_of(data).head
        model = build_model(self.config.network, encoding.shape, preprocess, head)
        model.load_state_dict(load_file(self.weights))
        return model.eval()


def choose_together(
    candidates: Sequence[Candidate], data: Dataset, metric: str, maximize: bool, choices: int
) -> tuple[dict[int, float], Estimate]:
    """Which candidates answer best together on the validation split.

    Args:
        candidates: At least one.
        data: What all of them read.
        metric: The objective.
        maximize: Whether larger is better.
        choices: How many times one is chosen, at most.

    Returns:
        The place of each chosen one -> its share, and the objective of their average.
    """
    import torch

    from automl.export.run import run_module
    from automl.export.samples import in_batches

    runs = [run_module(each.model(data)) for each in candidates]
    outputs = [torch.tensor(in_batches(run, data.validation.inputs, BATCH)) for run in runs]
    together, judge = torch.stack(outputs), _Judge(task_of(data), metric, maximize, data)
    shares = select(together, judge, choices)
    said = judge.value(together[list(shares)], torch.tensor(list(shares.values())))
    return shares, Estimate(metric, said)


def task_of(data: Dataset) -> Task:
    """The task of a dataset."""
    from automl.tasks import TASKS

    return TASKS[data.task](data.target)


@dataclass(frozen=True)
class _Judge:
    """How good an average of models is on the validation split."""

    task: Task
    metric: str
    maximize: bool
    data: Dataset

    def __call__(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """Larger is better."""
        return self.value(outputs, shares) * (1 if self.maximize else -1)

    def value(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """The metric itself."""
        import torch

        average = self.task.average(outputs, shares)
        return self.task.measure(average, torch.tensor(self.data.validation.targets))[self.metric]
