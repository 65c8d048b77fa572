"""Real inputs to compare models on."""

from __future__ import annotations

import numpy as np

from automl.core.shape import PADDING
from automl.export.run import Inputs, Outputs, Run


def choose_samples(samples: Inputs, most: int) -> Inputs:
    """Up to ``most`` of the inputs, evenly spaced."""
    places = np.linspace(0, len(samples) - 1, min(most, len(samples))).astype(int)
    return np.take(samples, places, axis=0)


def in_batches(run: Run, inputs: Inputs, size: int) -> Outputs:
    """The outputs for all ``inputs``, run ``size`` at a time."""
    starts = range(0, len(inputs), size)
    return np.concatenate([run(trim(inputs[start : start + size])) for start in starts])


def trim(inputs: Inputs) -> Inputs:
    """Texts, int32 (N, length), without the padding that all of them have; others as they are."""
    if inputs.dtype != np.int32:
        return inputs
    longest = int((inputs != PADDING).sum(axis=1).max())
    return inputs[:, : max(1, longest)]
