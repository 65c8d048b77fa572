"""Pooling over windows of a sequence."""

from __future__ import annotations

from math import inf

from torch import Tensor
from torch.nn import functional

from automl.models.modules.masked import Masked, zero_padding


class SequenceMaxPool(Masked):
    """The largest value of each window; the last ones may stick out at the end.

    Args:
        size: Positions in a window.
        stride: Positions the window moves by.
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
    """The mean of the real positions of windows that lie side by side.

    Args:
        stride: Positions in a window; the last may stick out at the end.
    """

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, ceil(length / stride), features)."""
        real = inputs.new_ones(1, inputs.shape[1]) if mask is None else mask.to(inputs.dtype)
        shares = self._average(real[..., None])
        # What is all padding has a share of 0.
        return self._average(zero_padding(inputs, mask)) / shares.clamp(min=0.5 / self.stride)

    def _average(self, inputs: Tensor) -> Tensor:
        filled = functional.pad(inputs, (0, 0, 0, self.stride - 1))
        return functional.avg_pool2d(filled[:, None], (self.stride, 1))[:, 0]
