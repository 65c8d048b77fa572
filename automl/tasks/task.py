"""What every task is: the output layer, the loss, the metrics and how a prediction is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from automl.core.errors import Infeasible
from automl.core.shape import Shape
from automl.core.target import Target
from automl.tasks.findings import Findings
from automl.tasks.prediction import Prediction

if TYPE_CHECKING:
    from torch import Tensor, nn


class Task(ABC):
    """A kind of problem.

    Args:
        target: What is predicted.
    """

    data: ClassVar[str]
    """The kind of data it is about; says how a path is read: ``"images"``, ``"table"``."""

    metrics: ClassVar[Mapping[str, bool]]
    """Name of each metric -> whether larger is better."""

    default_metric: ClassVar[str]
    """The metric that ranks models when the space names none."""

    @abstractmethod
    def __init__(self, target: Target) -> None:
        """Raises TypeError if the task is not about such a target."""

    @abstractmethod
    def head(self, shape: Shape) -> nn.Module:
        """The output layer: from the network's features to outputs.

        Args:
            shape: Of the network's output for one example.

        Raises:
            Infeasible: if the network ends in a shape that the task cannot use.
        """

    @abstractmethod
    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """What training makes small.

        Args:
            outputs: Floats, as the head gives them.
            targets: As the target says; where classes are predicted, also (N, classes)
                probabilities as mixup makes them.
            label_smoothing: Share of each target that is spread evenly over all classes, 0..1.
            weights: (classes,) floats: what an example of each class counts; None is one each.

        Returns:
            The mean over the batch, a scalar.
        """

    @abstractmethod
    def measure(self, outputs: Tensor, targets: Tensor) -> dict[str, float]:
        """Every metric over a whole split.

        Args:
            outputs: Floats, as the head gives them, N > 0, on any device.
            targets: As the target says, on the same device.
        """

    @abstractmethod
    def review(self, outputs: Tensor, targets: Tensor) -> Findings:
        """What the model gets wrong on a whole split.

        Args:
            outputs: As ``measure`` takes them.
            targets: Likewise.
        """

    @abstractmethod
    def average(self, outputs: Tensor, shares: Tensor) -> Tensor:
        """What several models say together; without a branch, for exports trace it.

        Args:
            outputs: (models, N, …) floats, as each model's head gives them.
            shares: (models,) floats that add up to 1: the say that each has.

        Returns:
            (N, …), to be measured and decoded as one model's outputs are.
        """

    @abstractmethod
    def decode(self, outputs: Tensor) -> list[Prediction]:
        """Read outputs as one prediction per example."""


def dense_head(shape: Shape, outputs: int) -> nn.Module:
    """A dense layer from a vector to ``outputs`` numbers.

    Raises:
        Infeasible: if the network does not end in a vector.
    """
    from torch import nn

    if len(shape) != 1:
        raise Infeasible(
            f"the output layer needs a vector, got {shape}: "
            "end the network with flatten or global_avg_pool"
        )
    return nn.Linear(shape[0], outputs)
