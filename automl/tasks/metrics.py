"""Metrics of whole splits. Importing this imports torch."""

from __future__ import annotations

import numpy as np
from torch import Tensor


def confusion(predicted: Tensor, targets: Tensor, classes: int) -> Tensor:
    """(classes, classes) counts: rows are the true classes, columns the predicted ones."""
    pairs = targets * classes + predicted
    return pairs.bincount(minlength=classes * classes).reshape(classes, classes)


def macro_f1(confusion: Tensor) -> Tensor:
    """The mean F1 of the classes that are among the targets or the predictions.

    F1 is twice the hits over the hits, misses and false alarms, as in scikit-learn's ``f1_score``.
    """
    seen = confusion.sum(dim=0) + confusion.sum(dim=1)
    f1 = 2 * confusion.diagonal() / seen.clamp(min=1)
    return f1.sum() / (seen > 0).sum()


def area_under_roc(probabilities: Tensor, targets: Tensor) -> float:
    """The mean over the classes of the area under each one's ROC curve against all others.

    A class that has no example here, or no other beside it, has no curve and does not count; where
    none has, the area is 0.5. Scores that are not finite give NaN. Source: Fawcett, "An
    introduction to ROC analysis" (2006), as scikit-learn's ``roc_auc_score`` computes it.

    Args:
        probabilities: (N, classes) floats.
        targets: (N,) int64 class ids.
    """
    from sklearn.metrics import roc_auc_score

    scores, classes = probabilities.cpu().numpy(), targets.cpu().numpy()
    if not np.isfinite(scores).all():
        return float("nan")
    present = sorted(set(classes.tolist()))
    if len(present) < 2:
        return 0.5
    areas = [roc_auc_score(classes == each, scores[:, each]) for each in present]
    return float(sum(areas) / len(areas))
