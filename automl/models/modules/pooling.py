"""Pooling of padded sequences: over windows, and over the whole sequence to one vector."""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.model import Masked, zero_padding


class SequenceMaxPool(Masked):
    """The largest value of each window; the last windows may reach beyond the end.

    Args:
        size: Positions in a window.
        stride: Positions that the window moves by.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        self.size = size
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, ceil(length / stride), features)."""
        real = inputs if mask is None else inputs.masked_fill(~mask[..., None], -inf)
        filled = functional.pad(real, (0, 0, 0, self.size - 1), value=-inf)
        pooled = functional.max_pool2d(filled[:, None], (self.size, 1), (self.stride, 1))[:, 0]
        return zero_padding(pooled, self.next_mask(mask))


class SequenceAvgPool(Masked):
    """The mean of the real positions of adjacent windows.

    Args:
        stride: Positions in a window; the last may reach beyond the end.
    """

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, ceil(length / stride), features)."""
        real = inputs.new_ones(1, inputs.shape[1]) if mask is None else mask.to(inputs.dtype)
        shares = self._average(real[..., None])
        # A window of padding only has a share of 0.
        return self._average(zero_padding(inputs, mask)) / shares.clamp(min=0.5 / self.stride)

    def _average(self, inputs: Tensor) -> Tensor:
        filled = functional.pad(inputs, (0, 0, 0, self.stride - 1))
        return functional.avg_pool2d(filled[:, None], (self.stride, 1))[:, 0]


class ToVector(Masked):
    """A module that turns a sequence into one vector."""

    def next_mask(self, mask: Tensor | None) -> None:
        """A vector has no padding."""


class SequenceMean(ToVector):
    """The mean of each feature."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        if mask is None:
            return inputs.mean(dim=1)
        return zero_padding(inputs, mask).sum(dim=1) / mask.sum(dim=1, keepdim=True)


class SequenceMax(ToVector):
    """The largest value of each feature."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        real = inputs if mask is None else inputs.masked_fill(~mask[..., None], -inf)
        return real.amax(dim=1)


class SequenceAttentionPool(ToVector):
    """A weighted mean; the weights are the softmax of a learned score of each position.

    Args:
        features: Number of features of the sequence.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(features, features), nn.Tanh(), nn.Linear(features, 1, bias=False)
        )

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        scores: Tensor = self.score(inputs)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., None], -inf)
        return torch.sum(scores.softmax(dim=1) * zero_padding(inputs, mask), dim=1)


class SequenceFlatten(ToVector):
    """All values in one vector of a fixed length; shorter sequences have zeros at the end.

    Args:
        length: Largest number of positions of a sequence.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, up to length, features) -> (N, length · features)."""
        if mask is None:
            return inputs.flatten(1)
        filled = functional.pad(zero_padding(inputs, mask), (0, 0, 0, self.length))
        return filled[:, : self.length].flatten(1)


class SequenceLast(ToVector):
    """The last position that is not padding."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        return last_real(inputs, mask)


def last_real(states: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, units) -> (N, units): the state at the last position that is not padding."""
    if mask is None:
        return states[:, -1]
    last = mask.sum(dim=1) - 1
    return states.gather(1, last[:, None, None].expand(-1, 1, states.shape[2]))[:, 0]
