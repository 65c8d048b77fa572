"""Real inputs to compare models on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from automl.core.shape import PADDING
from automl.export.run import Inputs, Outputs, Run

Places = npt.NDArray[np.int64]


def places(count: int, most: int) -> Places:
    """Up to ``most`` of the numbers below ``count``, evenly spaced."""
    return np.linspace(0, count - 1, min(most, count)).astype(np.int64)


def in_batches(run: Run, inputs: Inputs, size: int) -> Outputs:
    """The outputs for all ``inputs``, run ``size`` at a time."""
    starts = range(0, len(inputs), size)
    return np.concatenate([run(trim(inputs[start : start + size])) for start in starts])


def trim(inputs: Inputs) -> Inputs:
    """Texts, int32 (N, length), without the padding that all of them have; others as they are."""
    if not is_text(inputs):
        return inputs
    longest = int((inputs != PADDING).sum(axis=1).max())
    return inputs[:, : max(1, longest)]


def is_text(inputs: Inputs) -> bool:
    """Whether they are tokens, of which some may be padding."""
    return inputs.dtype == np.int32
