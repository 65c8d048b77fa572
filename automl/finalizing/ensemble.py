"""Ensemble selection: the models to choose from, and which of them predict best together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.final import Estimate

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch
    from torch import Tensor

    from automl.core.trial import Config
    from automl.data.dataset import Dataset
    from automl.models.modules.model import Model
    from automl.tasks.task import Task

# Score of the average of outputs (models, N, …) with shares (models,); larger is better.
ScoreAverage = Callable[["Tensor", "Tensor"], float]


@dataclass(frozen=True)
class Candidate:
    """A model that was trained on the train split alone.

    Args:
        trial: Number of the trial.
        config: Configuration of the trial.
        weights: Path of the weights.
        seed: Seed of the refit; None is the trial's own training.
    """

    trial: int
    config: Config
    weights: Path
    seed: int | None = None

    def model(self, data: Dataset) -> Model:
        """The model itself, on the CPU."""
        return load_model(self.config, self.weights, data)


def load_model(config: Config, weights: Path, data: Dataset) -> Model:
    """A trained model, on the CPU.

    Args:
        config: Configuration that it was trained with.
        weights: Path of its weights.
        data: Data that it was trained on.
    """
    from safetensors.torch import load_file

    from automl.models import make_preprocess
    from automl.models.network import build_model

    encoding = data.encoding
    preprocess = make_preprocess(encoding.preprocessing)
    model = build_model(config.network, encoding.shape, preprocess, task_of(data).head)
    model.load_state_dict(load_file(weights))
    return model.eval()


def choose_members(
    outputs: Sequence[npt.NDArray[Any]], data: Dataset, metric: str, maximize: bool, choices: int
) -> tuple[dict[int, float], Estimate]:
    """The candidates that predict best together on the validation split.

    Args:
        outputs: Outputs of each candidate for the validation split, (N, …); at least one.
        data: Data that all candidates read.
        metric: Name of the objective.
        maximize: Whether larger is better.
        choices: Largest number of choices.

    Returns:
        Index of each chosen candidate -> its share, and the objective of their average.
    """
    import torch

    together = torch.stack([torch.tensor(each) for each in outputs])
    judge = _ValidationScore(task_of(data), metric, maximize, data)
    shares = select_members(together, judge, choices)
    said = judge.value(together[list(shares)], torch.tensor(list(shares.values())))
    return shares, Estimate(metric, said)


def task_of(data: Dataset) -> Task:
    """The task of a dataset."""
    from automl.tasks import TASKS

    return TASKS[data.task](data.target)


@dataclass(frozen=True)
class _ValidationScore:
    """Scores averages of models on the validation split."""

    task: Task
    metric: str
    maximize: bool
    data: Dataset

    def __call__(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """The score of an average; larger is better."""
        return self.value(outputs, shares) * (1 if self.maximize else -1)

    def value(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """The metric of an average."""
        import torch

        average = self.task.average(outputs, shares)
        targets = torch.tensor(self.data.validation.targets)
        without = self.task.costly - {self.metric}
        return self.task.measure(average, targets, without)[self.metric]


def select_members(outputs: Tensor, judge: ScoreAverage, most: int) -> dict[int, float]:
    """Choose models one by one, each time the one that improves the average most.

    A model that is chosen again gets a larger share. The best average on the way is taken, and of
    equals the smallest, so that it is never worse than the best single model.

    Source: Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).

    Args:
        outputs: Outputs of the models for the same examples, (models, N, …) with models > 0.
        judge: Score of an average.
        most: Largest number of choices, at least 1.

    Returns:
        Index of each chosen model -> its share; shares add up to 1.
    """
    chosen: list[int] = []
    averages: list[tuple[float, int]] = []
    for count in range(1, most + 1):
        scores = [_score(outputs, [*chosen, candidate], judge) for candidate in range(len(outputs))]
        best = max(range(len(scores)), key=scores.__getitem__)
        chosen.append(best)
        averages.append((scores[best], -count))
    length = -max(averages)[1]
    return {place: times / length for place, times in Counter(chosen[:length]).items()}


def _score(outputs: Tensor, chosen: Sequence[int], judge: ScoreAverage) -> float:
    import torch

    counts = Counter(chosen)
    places = torch.tensor(list(counts))
    shares = torch.tensor([times / len(chosen) for times in counts.values()])
    return judge(outputs[places], shares)
