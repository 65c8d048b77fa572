"""What every task is: the output layer, the loss, the metrics and how a prediction is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Prediction:
    """What a model says about one example.

    Args:
        label: The most probable one.
        probability: Of that label.
        probabilities: Label -> probability, for every label, the most probable first.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]


class Task(ABC):
    """A kind of problem. Stateless: what depends on the data is passed in."""

    metrics: ClassVar[Mapping[str, bool]]
    """Name of each metric -> whether larger is better."""

    default_metric: ClassVar[str]
    """The metric that ranks models when the space names none."""

    @abstractmethod
    def head(self, shape: tuple[int, ...], classes: int) -> nn.Module:
        """The output layer: from the network's output to logits (N, classes).

        Args:
            shape: Of the network's output for one example.
            classes: Number of labels.

        Raises:
            Infeasible: if the network ends in a shape that the task cannot use.
        """

    @abstractmethod
    def loss(self, logits: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """What training makes small.

        Args:
            logits: (N, classes) floats.
            targets: (N,) int64 class ids, or (N, classes) probabilities as mixup makes them.
            label_smoothing: Share of each target that is spread evenly over all classes, 0..1.

        Returns:
            The mean over the batch, a scalar.
        """

    @abstractmethod
    def measure(self, logits: Tensor, targets: Tensor) -> dict[str, float]:
        """Every metric over a whole split.

        Args:
            logits: (N, classes) floats, N > 0, on any device.
            targets: (N,) int64 class ids, on the same device.
        """

    @abstractmethod
    def decode(self, logits: Tensor, labels: Sequence[str]) -> list[Prediction]:
        """Read logits (N, classes) as one prediction per example.

        Args:
            logits: (N, classes) floats.
            labels: The name of each class.
        """
