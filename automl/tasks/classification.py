"""Classification: each example is of one class."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import Classes, Shape, Target
from automl.core.error_analysis import Confusion
from automl.tasks.task import (
    MAX_WRONG_ANSWERS,
    ErrorSummary,
    LabelPrediction,
    Metric,
    Prediction,
    Task,
    WrongAnswer,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

# The smallest normal float32; a probability of 0 has no logarithm.
TINIEST = 1.1754944e-38

# A confusion matrix of more classes keeps those with the most errors, and one row for the others.
MAX_CONFUSION_CLASSES = 30
OTHER_CLASSES = "(others)"


class Classification(Task):
    """Classification with cross-entropy over softmax probabilities."""

    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric("accuracy", maximize=True, bounds=(0.0, 1.0), share=True),
        Metric("macro_f1", maximize=True, bounds=(0.0, 1.0)),
        Metric("loss", maximize=False, bounds=(0.0, inf)),
        Metric("balanced_accuracy", maximize=True, bounds=(0.0, 1.0)),
        Metric("auroc", maximize=True, bounds=(0.0, 1.0), costly=True),
        Metric("average_precision", maximize=True, bounds=(0.0, 1.0), costly=True),
    )
    default_metric: ClassVar[str] = "accuracy"

    def __init__(self, target: Target) -> None:
        if not isinstance(target, Classes):
            raise TypeError(f"{type(self).__name__} predicts Classes, not {target!r}")
        self.target = target

    def usual_metric(self, rare: bool) -> str:
        """Accuracy; where classes are rare, one that sees them."""
        if not rare:
            return self.default_metric
        return "average_precision" if len(self.target.labels) == 2 else "balanced_accuracy"

    def head(self, shape: Shape) -> nn.Module:
        """A dense layer from the network's features to one logit per class."""
        from automl.tasks.outputs import dense_head

        return dense_head(shape, len(self.target.labels))

    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """Cross-entropy of logits (N, classes) in nats; with weights, their weighted mean."""
        from torch.nn import functional

        return functional.cross_entropy(
            outputs, targets, weight=weights, label_smoothing=label_smoothing
        )

    def measure(
        self, outputs: Tensor, targets: Tensor, without: frozenset[str] = frozenset()
    ) -> dict[str, float]:
        """Shares of correct answers, and how well the probabilities rank the examples."""
        from automl.tasks.outputs import (
            area_under_roc,
            average_precision,
            confusion_counts,
            macro_f1,
            mean_recall,
        )

        logits = outputs.float()
        counts = confusion_counts(logits.argmax(dim=1), targets, classes=logits.shape[1])
        metrics = {
            "accuracy": (counts.diagonal().sum() / counts.sum()).item(),
            "macro_f1": macro_f1(counts).item(),
            "loss": self.loss(logits, targets).item(),
            "balanced_accuracy": mean_recall(counts).item(),
        }
        probabilities = logits.softmax(dim=1)
        if "auroc" not in without:
            metrics["auroc"] = area_under_roc(probabilities, targets)
        if "average_precision" not in without:
            metrics["average_precision"] = average_precision(probabilities, targets)
        return metrics

    def find_errors(self, outputs: Tensor, targets: Tensor) -> ErrorSummary:
        """The confusion matrix, and the wrong answers with the largest cross-entropy."""
        from torch.nn import functional

        from automl.tasks.outputs import confusion_counts

        logits, labels = outputs.float(), self.target.labels
        answers = logits.argmax(dim=1)
        errors = make_confusion(labels, confusion_counts(answers, targets, len(labels)))
        losses = functional.cross_entropy(logits, targets, reduction="none")
        losses[answers == targets] = -1
        sure = logits.softmax(dim=1).amax(dim=1)
        worst = losses.sort(descending=True, stable=True).indices[:MAX_WRONG_ANSWERS].tolist()
        wrong = (
            WrongAnswer(at, labels[targets[at]], labels[answers[at]], f"{sure[at]:.0%} sure")
            for at in worst
            if losses[at] >= 0
        )
        return ErrorSummary(errors, tuple(wrong))

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


def make_confusion(labels: tuple[str, ...], counts: Tensor) -> Confusion:
    """A confusion matrix that people can read: at most ``MAX_CONFUSION_CLASSES`` classes.

    Args:
        labels: Names of the classes.
        counts: (classes, classes) int64; rows are the true classes.
    """
    if len(labels) <= MAX_CONFUSION_CLASSES:
        return Confusion(labels, _as_tuples(counts))
    errors = counts.sum(dim=0) + counts.sum(dim=1) - 2 * counts.diagonal()
    worst = errors.sort(descending=True, stable=True).indices[: MAX_CONFUSION_CLASSES - 1]
    kept = worst.sort().values
    place = counts.new_full((len(labels),), len(kept))  # each class's row in the smaller matrix
    place[kept] = kept.new_tensor(range(len(kept)))
    rows = counts.new_zeros(len(kept) + 1, len(labels)).index_add_(0, place, counts)
    folded = counts.new_zeros(len(kept) + 1, len(kept) + 1).index_add_(1, place, rows)
    return Confusion((*(labels[each] for each in kept.tolist()), OTHER_CLASSES), _as_tuples(folded))


def _as_tuples(counts: Tensor) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in counts.tolist())
