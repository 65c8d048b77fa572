"""Sequences read in both directions."""

from __future__ import annotations

import torch
from torch import Tensor

from automl.models.modules.body import Body
from automl.models.modules.masked import Masked


class BidirectionalBlock(Masked):
    """Concatenates what two bodies make of a sequence and of its reverse.

    Args:
        forwards: Reads from the first position to the last.
        backwards: The same layers with other weights; reads from the last to the first.
    """

    def __init__(self, forwards: Body, backwards: Body) -> None:
        super().__init__()
        self.forwards = forwards
        self.backwards = backwards
        self.stride = forwards.stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', 2 features') or (N, 2 features').

        Position for position: of sequences, the second half is reversed back.
        """
        there = self.forwards(inputs, mask)
        back = self.backwards(reverse(inputs, mask), mask)
        if back.ndim == inputs.ndim:
            back = reverse(back, self.next_mask(mask))
        return torch.cat([there, back], dim=-1)

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """As that of either body."""
        return self.forwards.next_mask(mask)


def reverse(inputs: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, features) with each sequence reversed within its own length."""
    if mask is None:
        return inputs.flip(1)
    position = torch.arange(inputs.shape[1], device=inputs.device)
    mirrored = mask.sum(dim=1, keepdim=True) - 1 - position
    index = torch.where(mask, mirrored, position)
    return inputs.gather(1, index[..., None].expand_as(inputs))
