"""Output layers, and metrics of whole splits. Importing this imports torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from automl.core.data_types import Shape
from automl.core.errors import Infeasible


def dense_head(shape: Shape, outputs: int) -> nn.Linear:
    """A dense layer from a vector to ``outputs`` numbers.

    Raises:
        Infeasible: if the network does not end in a vector.
    """
    if len(shape) != 1:
        raise Infeasible(
            f"the output layer needs a vector, got {shape}: "
            "end the network with flatten or global_avg_pool"
        )
    return nn.Linear(shape[0], outputs)


class ByStep(nn.Module):
    """Arranges the outputs of a dense layer by step.

    Args:
        steps: Number of steps of each quantity.
        names: Number of quantities.
    """

    def __init__(self, steps: int, names: int) -> None:
        super().__init__()
        self.steps, self.names = steps, names

    def forward(self, values: Tensor) -> Tensor:
        """(N, steps * names) floats -> (N, steps, names) float32."""
        return values.float().reshape(-1, self.steps, self.names)


def confusion_counts(predicted: Tensor, targets: Tensor, classes: int) -> Tensor:
    """(classes, classes) int64 counts: rows are the true classes, columns the predicted ones.

    Args:
        predicted: (N,) int64 class ids.
        targets: (N,) int64 class ids.
        classes: Number of classes.
    """
    pairs = targets * classes + predicted
    return pairs.bincount(minlength=classes * classes).reshape(classes, classes)


def macro_f1(counts: Tensor) -> Tensor:
    """The mean F1 of the classes among the targets or the predictions, a scalar.

    F1 is 2 TP / (2 TP + FN + FP), as in scikit-learn's ``f1_score``.

    Args:
        counts: (classes, classes) as ``confusion_counts`` gives them.
    """
    seen = counts.sum(dim=0) + counts.sum(dim=1)
    f1 = 2 * counts.diagonal() / seen.clamp(min=1)
    return f1.sum() / (seen > 0).sum()


def mean_recall(counts: Tensor) -> Tensor:
    """The mean recall of the classes among the targets: balanced accuracy, a scalar.

    Source: Brodersen et al., "The Balanced Accuracy and Its Posterior Distribution" (2010).

    Args:
        counts: (classes, classes) as ``confusion_counts`` gives them.
    """
    present = counts.sum(dim=1)
    return (counts.diagonal() / present.clamp(min=1)).sum() / (present > 0).sum().clamp(min=1)


def average_precision(probabilities: Tensor, targets: Tensor) -> float:
    """The mean precision over the recalls of a class: of the rarer of two, else the mean of all.

    A class that has no example does not count, nor one that has all of them. Scores that are not
    finite give NaN. Examples of equal score count together, as in scikit-learn's
    ``average_precision_score``. Source: Su et al., "A Relationship between the Average Precision
    and the Area Under the ROC Curve" (2015).

    Args:
        probabilities: (N, classes) floats.
        targets: (N,) int64 class ids.
    """
    if not probabilities.isfinite().all():
        return float("nan")
    counts = targets.bincount(minlength=probabilities.shape[1])
    classes = [at for at, count in enumerate(counts.tolist()) if 0 < count < len(targets)]
    if probabilities.shape[1] == 2:
        classes = sorted(classes, key=lambda at: int(counts[at]))[:1]
    if not classes:
        return 1.0
    found = [_precision_over_recalls(probabilities[:, at], targets == at) for at in classes]
    return sum(found) / len(found)


def _precision_over_recalls(scores: Tensor, chosen: Tensor) -> float:
    """The mean over the chosen of the precision among all that score as high as each of them.

    Args:
        scores: (N,) finite floats.
        chosen: (N,) bool, some of them true.
    """
    own = scores[chosen].contiguous()
    above = len(scores) - torch.searchsorted(scores.sort().values, own)
    hits = len(own) - torch.searchsorted(own.sort().values, own)
    return float((hits.double() / above).mean())


def area_under_roc(probabilities: Tensor, targets: Tensor) -> float:
    """The mean area under the ROC curves of each class against all others.

    A class without an example, or without an example of another class, has no curve and does not
    count; if no class has a curve, the area is 0.5. Scores that are not finite give NaN. Source:
    Fawcett, "An introduction to ROC analysis" (2006): the area is the share of pairs of an example
    of the class and one of another that are in the right order, which follows from the ranks.

    Args:
        probabilities: (N, classes) floats.
        targets: (N,) int64 class ids.
    """
    if not probabilities.isfinite().all():
        return float("nan")
    counts = targets.bincount()
    present = counts.nonzero().flatten()
    if len(present) < 2:
        return 0.5
    ranks = torch.stack(
        [
            _rank_sum(probabilities[:, each].contiguous(), targets == each)
            for each in present.tolist()
        ]
    )
    inside = counts[present]
    pairs = ranks - inside * (inside + 1) / 2
    return float((pairs / (inside * (len(targets) - inside))).mean())


def _rank_sum(scores: Tensor, chosen: Tensor) -> Tensor:
    """The sum of the ranks, from 1, of the chosen among all ``scores``; ties get their mean rank.

    Args:
        scores: (N,) finite floats.
        chosen: (N,) bool.
    """
    ordered, own = scores.sort().values, scores[chosen]
    below = torch.searchsorted(ordered, own)
    up_to = torch.searchsorted(ordered, own, right=True)
    return ((below + up_to + 1).double() / 2).sum()
