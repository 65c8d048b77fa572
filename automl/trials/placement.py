"""The data where it is trained on."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from automl.core.shape import Tokens
from automl.data.dataset import Dataset, Split
from automl.training.tensors import Tensors

# Data that would take more than this share of a GPU's free memory stays on the host.
ON_DEVICE = 0.25


class Placement:
    """Puts a dataset on a device, once for all trials that use it.

    Args:
        device: Where trials train.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._placed: tuple[Dataset, Tensors, Tensors] | None = None

    def __call__(self, data: Dataset) -> tuple[Tensors, Tensors]:
        """The train and the validation split of ``data``."""
        if self._placed is None or self._placed[0] is not data:
            self._placed = None  # what was there before makes room first
            are_texts = isinstance(data.encoding.shape, Tokens)
            halves = [as_tensors(split, are_texts) for split in (data.train, data.validation)]
            if self._fits(data):
                halves = [half.to(self._device) for half in halves]
            self._placed = data, halves[0], halves[1]
        return self._placed[1:]

    def _fits(self, data: Dataset) -> bool:
        if self._device.type == "cpu":
            return True
        free, _ = torch.cuda.mem_get_info(self._device)
        return data.train.inputs.nbytes + data.validation.inputs.nbytes < ON_DEVICE * free


def as_tensors(split: Split, are_texts: bool) -> Tensors:
    """A split's arrays as tensors over the same memory."""
    inputs, targets = shared(split.inputs), shared(split.targets)
    return Tensors.of_texts(inputs, targets) if are_texts else Tensors(inputs, targets)


def shared(array: np.ndarray) -> torch.Tensor:
    """A tensor over an array's own memory; the array may be read-only, and is never written."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)
