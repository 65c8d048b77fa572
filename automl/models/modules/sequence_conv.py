"""Convolutions over the positions of a sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.masked import Masked, zero_padding


class SequenceConv(Masked):
    """A convolution that finds zeros beyond the end of a sequence.

    Args:
        convolution: (N, features, length) -> (N, filters, ceil(length / stride)).
        stride: Positions its window moves by.
    """

    def __init__(self, convolution: nn.Module, stride: int = 1) -> None:
        super().__init__()
        self.convolution = convolution
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', filters)."""
        outputs: Tensor = self.convolution(zero_padding(inputs, mask).transpose(1, 2))
        return outputs.transpose(1, 2).contiguous()


class ValidConv(SequenceConv):
    """A convolution whose windows lie inside the sequence; a text shorter than one gets one.

    Args:
        convolution: (N, features, length) -> (N, filters, length'), without any padding.
        stride: Positions its window moves by.
        reach: Positions from the first to the last of a window.
    """

    def __init__(self, convolution: nn.Module, stride: int, reach: int) -> None:
        super().__init__(convolution, stride)
        self.reach = reach

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', filters)."""
        if mask is None:
            return super().forward(inputs)
        # A batch of short texts has room for a window, too.
        return super().forward(functional.pad(zero_padding(inputs, mask), (0, 0, 0, self.reach)))

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """Where the whole window is real, and the first."""
        if mask is None:
            return None
        position = torch.arange(mask.shape[1], device=mask.device)
        whole = functional.pad(mask, (0, self.reach))[:, self.reach :]
        return super().next_mask(whole | (position == 0))
