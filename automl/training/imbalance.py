"""What to do about classes of which there are few examples."""

from __future__ import annotations

from torch import Tensor


def balanced_weights(targets: Tensor, classes: int) -> Tensor:
    """The weight of an example of each class with which all classes count the same.

    Inverse to the class's frequency, 1 on average over the examples. Source: King and Zeng,
    "Logistic Regression in Rare Events Data" (2001), as scikit-learn's ``class_weight="balanced"``.

    Args:
        targets: (N,) int64 class ids.
        classes: How many there are; one without an example weighs nothing.

    Returns:
        (classes,) float32.
    """
    counts = targets.bincount(minlength=classes).float()
    present = (counts > 0).sum()
    return (len(targets) / (present * counts.clamp(min=1))) * (counts > 0)
