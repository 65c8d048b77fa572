"""What several models say together. Importing this imports Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from automl.core.target import Classes, Target
from automl.tasks.classification import TINIEST


def average(outputs: Sequence[Any], shares: Sequence[float], target: Target) -> Any:
    """The average of models' outputs, as the task of such a target makes it.

    Args:
        outputs: Of each model, (N, …).
        shares: The say of each; they add up to 1.
        target: What is predicted.
    """
    are_classes = isinstance(target, Classes)
    said = [ops.softmax(each, axis=-1) if are_classes else each for each in outputs]
    total = said[0] * shares[0]
    for each, share in zip(said[1:], shares[1:], strict=True):
        total = total + each * share
    return ops.log(ops.maximum(total, TINIEST)) if are_classes else total
