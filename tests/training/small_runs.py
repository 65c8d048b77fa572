"""Small data, models and runs that train in a fraction of a second."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from automl.core.data_types import Classes
from automl.models.modules.model import Body, Model
from automl.models.modules.preprocessing import Preprocess
from automl.tasks.classification import ImageClassification
from automl.tasks.task import Task
from automl.training.device import Tensors
from automl.training.settings import TrainingSettings
from automl.training.state import TrainingRun

CLASSES = 4
TASK = ImageClassification(Classes(tuple("abcd")))


def images(examples: int = 160, seed: int = 0) -> Tensors:
    """Noise, brighter in the quarter of the image that is the class."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randint(0, 100, (examples, 1, 8, 8), generator=generator, dtype=torch.uint8)
    targets = torch.arange(examples) % CLASSES
    for index, target in enumerate(targets.tolist()):
        top, left = 4 * (target // 2), 4 * (target % 2)
        inputs[index, :, top : top + 4, left : left + 4] += 60
    return Tensors(inputs, targets)


def tokens(examples: int = 160, seed: int = 0) -> Tensors:
    """Sequences of 12 tokens, three in four of them from the class's own five."""
    generator = torch.Generator().manual_seed(seed)
    targets = torch.arange(examples) % CLASSES
    own = targets[:, None] * 5 + torch.randint(5, (examples, 12), generator=generator)
    other = torch.randint(50, (examples, 12), generator=generator)
    telling = torch.rand(examples, 12, generator=generator) < 0.75
    return Tensors.of_texts(torch.where(telling, own, other) + 1, targets)


class Scale(Preprocess):
    """Raw pixels to floats near 0."""

    def forward(self, raw: Tensor) -> Tensor:
        return raw.float() / 128 - 1


def image_model(seed: int = 0) -> Model:
    """With batch norm and dropout, which behave differently in training."""
    torch.manual_seed(seed)
    body = Body(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(128, 16),
        nn.ReLU(),
    )
    return Model(Scale(), body, nn.Linear(16, CLASSES))


class TokenModel(nn.Module):
    """Embedding, LSTM and a dense layer on the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(51, 16)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        self.head = nn.Linear(16, CLASSES)

    def forward(self, sequences: Tensor) -> Tensor:
        states, _ = self.lstm(self.embedding(sequences))
        return self.head(states[:, -1])


def token_model(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return TokenModel()


def make_run(
    model: nn.Module | None = None,
    epochs: int = 5,
    seed: int = 0,
    metric: str = "accuracy",
    task: Task = TASK,
    grad_accumulation: int = 1,
    guide: tuple[float, ...] | None = None,
    only_at_the_end: frozenset[str] = frozenset(),
    **settings: Any,
) -> TrainingRun:
    """A run on ``image_model`` in batches of 32, but for what is given."""
    return TrainingRun(
        model or image_model(),
        loss=task.loss,
        measure=task.measure,
        settings=TrainingSettings(**{"batch_size": 32, **settings}),
        epochs=epochs,
        seed=seed,
        metric=metric,
        maximize=task.metric(metric).maximize,
        classes=CLASSES if task is TASK else None,
        grad_accumulation=grad_accumulation,
        guide=guide,
        only_at_the_end=only_at_the_end,
    )
