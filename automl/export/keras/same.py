"""Whether a model is the same on both of Keras's backends."""

from __future__ import annotations

import numpy as np

from automl.core.errors import ExportError
from automl.core.target import Target
from automl.export.parity import scale_of, tolerance_of
from automl.export.run import Outputs


def same(outputs: Outputs, others: Outputs, target: Target) -> Outputs:
    """What TensorFlow gives, if PyTorch gives the same but for rounding.

    Raises:
        ExportError: if it does not.
    """
    if outputs.shape != others.shape:
        raise ExportError(f"Keras gives {outputs.shape} on TensorFlow, {others.shape} on PyTorch")
    _, std = scale_of(target)
    difference = float((np.abs(outputs - others) / std).max())
    if not difference <= tolerance_of(outputs, target):  # nor where it is NaN
        raise ExportError(f"Keras on TensorFlow and on PyTorch differ by up to {difference:.2g}")
    return outputs
