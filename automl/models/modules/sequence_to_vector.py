"""What makes one vector of a sequence."""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.masked import Masked, zero_padding


class ToVector(Masked):
    """What makes one vector of a sequence."""

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


class AttentionPool(ToVector):
    """A weighted mean, whose weights are the softmax of a learned score of each position.

    Args:
        features: Of the sequence.
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
    """All values in one vector of a fixed length, with zeros for what a text is shorter.

    Args:
        length: The most positions that a sequence has.
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
