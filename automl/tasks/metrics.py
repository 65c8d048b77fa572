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
    introduction to ROC analysis" (2006): it is the share of pairs, one of the class and one of
    another, that are in the right order, which ranks tell of all classes at once.

    Args:
        probabilities: (N, classes) floats.
        targets: (N,) int64 class ids.
    """
    from scipy.stats import rankdata

    scores, classes = probabilities.cpu().numpy(), targets.cpu().numpy()
    if not np.isfinite(scores).all():
        return float("nan")
    present, ids = np.unique(classes, return_inverse=True)
    if len(present) < 2:
        return 0.5
    ranks = rankdata(scores[:, present], axis=0)[np.arange(len(ids)), ids]
    inside = np.bincount(ids)
    pairs = np.bincount(ids, weights=ranks) - inside * (inside + 1) / 2
    return float((pairs / (inside * (len(ids) - inside))).mean())
