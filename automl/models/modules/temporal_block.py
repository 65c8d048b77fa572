"""Dilated causal convolutions (Bai et al., 2018)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.masked import Masked
from automl.models.modules.sequence_conv import SequenceConv


class TemporalBlock(Masked):
    """``relu(x + relu(conv(relu(conv(x)))))``, where no output sees a later position.

    Args:
        features: Of the input.
        filters: Features of the output.
        kernel_size: Positions that a window looks at.
        dilation: Distance between them.
    """

    def __init__(self, features: int, filters: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.first = _causal(features, filters, kernel_size, dilation)
        self.second = _causal(filters, filters, kernel_size, dilation)
        same = features == filters
        self.shortcut = nn.Identity() if same else nn.Linear(features, filters, bias=False)

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length, filters)."""
        hidden = functional.relu(self.first(inputs, mask))
        hidden = functional.relu(self.second(hidden, mask))
        return functional.relu(hidden + self.shortcut(inputs))


def _causal(features: int, filters: int, kernel_size: int, dilation: int) -> SequenceConv:
    before = nn.ConstantPad1d((dilation * (kernel_size - 1), 0), 0.0)
    convolution = nn.Conv1d(features, filters, kernel_size, dilation=dilation)
    return SequenceConv(nn.Sequential(before, convolution))
