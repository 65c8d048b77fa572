"""Modules that must know where a sequence ends."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn


class Masked(nn.Module):
    """A module that treats padding otherwise than what is real, or changes where padding is.

    A mask is bool (N, length): where a sequence is not padding. Padding is only at the end and
    every sequence has at least one position; None stands for no padding at all. What padding
    holds is finite, and no result depends on it.

    Attributes:
        stride: Positions of the input for each of the output.
    """

    stride: int = 1

    @abstractmethod
    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """``inputs`` (N, length, features) -> (N, length', features') or (N, features').

        Args:
            inputs: The batch.
            mask: Of the inputs.
        """

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask of the output, from that of the input; None once it is a vector.

        A window is real where its first position is: it may stick out at the end.
        """
        return None if mask is None else mask[:, :: self.stride]


def zero_padding(inputs: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, features) with 0 where ``mask`` says padding."""
    return inputs if mask is None else inputs.masked_fill(~mask[..., None], 0)
