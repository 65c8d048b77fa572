"""Each image has one label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from automl.core.errors import Infeasible
from automl.tasks.task import Prediction, Task

if TYPE_CHECKING:
    from torch import Tensor, nn


class ImageClassification(Task):
    """Classification with cross-entropy over softmax probabilities."""

    metrics: ClassVar[Mapping[str, bool]] = {"accuracy": True, "macro_f1": True, "loss": False}
    default_metric: ClassVar[str] = "accuracy"

    def head(self, shape: tuple[int, ...], classes: int) -> nn.Module:
        """A dense layer from the network's features to one logit per class."""
        from torch import nn

        if len(shape) != 1:
            raise Infeasible(
                f"the output layer needs a vector, got {shape}: "
                "end the network with flatten or global_avg_pool"
            )
        return nn.Linear(shape[0], classes)

    def loss(self, logits: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy in nats."""
        from torch.nn import functional

        return functional.cross_entropy(logits, targets, label_smoothing=label_smoothing)

    def measure(self, logits: Tensor, targets: Tensor) -> dict[str, float]:
        """Accuracy, macro F1 and cross-entropy; one transfer from the device for all three."""
        import torch

        counts = _confusion(logits.argmax(dim=1), targets, classes=logits.shape[1])
        accuracy = counts.diagonal().sum() / counts.sum()
        loss = self.loss(logits.float(), targets)
        values = torch.stack([accuracy, _macro_f1(counts), loss]).tolist()
        return dict(zip(("accuracy", "macro_f1", "loss"), values, strict=True))

    def decode(self, logits: Tensor, labels: Sequence[str]) -> list[Prediction]:
        """The softmax of each row, most probable label first."""
        probabilities, order = logits.float().softmax(dim=1).sort(dim=1, descending=True)
        rows = zip(probabilities.tolist(), order.tolist(), strict=True)
        return [_prediction(row, [labels[each] for each in ids]) for row, ids in rows]


def _prediction(probabilities: list[float], labels: list[str]) -> Prediction:
    return Prediction(labels[0], probabilities[0], dict(zip(labels, probabilities, strict=True)))


def _confusion(predicted: Tensor, targets: Tensor, classes: int) -> Tensor:
    """(classes, classes) counts: rows are the true classes, columns the predicted ones."""
    pairs = targets * classes + predicted
    return pairs.bincount(minlength=classes * classes).reshape(classes, classes)


def _macro_f1(confusion: Tensor) -> Tensor:
    """The mean F1 of the classes that are among the targets or the predictions.

    F1 is twice the hits over the hits, misses and false alarms, as in scikit-learn's ``f1_score``.
    """
    seen = confusion.sum(dim=0) + confusion.sum(dim=1)
    f1 = 2 * confusion.diagonal() / seen.clamp(min=1)
    return f1.sum() / (seen > 0).sum()
