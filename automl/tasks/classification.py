"""Each example is of one class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from automl.core.shape import Shape
from automl.core.target import Classes, Target
from automl.tasks.confusion import make_confusion
from automl.tasks.findings import MOST_MISTAKES, Finding, Findings
from automl.tasks.prediction import LabelPrediction, Prediction
from automl.tasks.task import Task, dense_head

if TYPE_CHECKING:
    from torch import Tensor, nn

# A probability of 0 has no logarithm; the smallest normal float32 has.
TINIEST = 1.1754944e-38


class Classification(Task):
    """Classification with cross-entropy over softmax probabilities."""

    metrics: ClassVar[Mapping[str, bool]] = {
        "accuracy": True,
        "macro_f1": True,
        "loss": False,
        "auroc": True,
    }
    default_metric: ClassVar[str] = "accuracy"

    def __init__(self, target: Target) -> None:
        if not isinstance(target, Classes):
            raise TypeError(f"{type(self).__name__} predicts Classes, not {target!r}")
        self.target = target

    def head(self, shape: Shape) -> nn.Module:
        """A dense layer from the network's features to one logit per class."""
        return dense_head(shape, len(self.target.labels))

    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """Cross-entropy in nats of logits (N, classes); weighted, the weighted mean."""
        from torch.nn import functional

        return functional.cross_entropy(
            outputs, targets, weight=weights, label_smoothing=label_smoothing
        )

    def measure(self, outputs: Tensor, targets: Tensor) -> dict[str, float]:
        """Accuracy, macro F1, area under the ROC curve and cross-entropy."""
        from automl.tasks.metrics import area_under_roc, confusion, macro_f1

        logits = outputs.float()
        counts = confusion(logits.argmax(dim=1), targets, classes=logits.shape[1])
        return {
            "accuracy": (counts.diagonal().sum() / counts.sum()).item(),
            "macro_f1": macro_f1(counts).item(),
            "loss": self.loss(logits, targets).item(),
            "auroc": area_under_roc(logits.softmax(dim=1), targets),
        }

    def review(self, outputs: Tensor, targets: Tensor) -> Findings:
        """Which class was taken for which, and the wrong answers furthest from the truth.

        Those are the ones whose cross-entropy is the largest.
        """
        from torch.nn import functional

        from automl.tasks.metrics import confusion

        logits, labels = outputs.float(), self.target.labels
        answers = logits.argmax(dim=1)
        errors = make_confusion(labels, confusion(answers, targets, len(labels)))
        losses = functional.cross_entropy(logits, targets, reduction="none")
        losses[answers == targets] = -1
        sure = logits.softmax(dim=1).amax(dim=1)
        worst = losses.sort(descending=True, stable=True).indices[:MOST_MISTAKES].tolist()
        findings = (
            Finding(at, labels[targets[at]], labels[answers[at]], f"{sure[at]:.0%} sure")
            for at in worst
            if losses[at] >= 0
        )
        return Findings(errors, tuple(findings))

    def average(self, outputs: Tensor, shares: Tensor) -> Tensor:
        """Logits whose softmax is the mean of the models' probabilities."""
        probabilities = outputs.float().softmax(dim=2)
        return (probabilities * shares.reshape(-1, 1, 1)).sum(dim=0).clamp(min=TINIEST).log()

    def decode(self, outputs: Tensor) -> list[Prediction]:
        """The softmax of each row of logits, most probable label first."""
        labels = self.target.labels
        probabilities, order = outputs.float().softmax(dim=1).sort(dim=1, descending=True)
        rows = zip(probabilities.tolist(), order.tolist(), strict=True)
        return [_prediction(row, [labels[each] for each in ids]) for row, ids in rows]


class ImageClassification(Classification):
    """Each image is of one class."""

    data: ClassVar[str] = "images"


class TextClassification(Classification):
    """Each text is of one class: a topic, a sentiment."""

    data: ClassVar[str] = "text"


class TabularClassification(Classification):
    """Each row of a table is of one class."""

    data: ClassVar[str] = "table"


class SeriesClassification(Classification):
    """Each whole series is of one class."""

    data: ClassVar[str] = "series"


def _prediction(probabilities: list[float], labels: list[str]) -> LabelPrediction:
    return LabelPrediction(
        labels[0], probabilities[0], dict(zip(labels, probabilities, strict=True))
    )
