"""Batch normalisation of sequences."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from automl.models.modules.masked import Masked


class SequenceBatchNorm(Masked, nn.BatchNorm1d):
    """Normalises each feature over all real positions of the batch."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> the same shape."""
        if mask is None or not self.training:
            return nn.BatchNorm1d.forward(self, inputs.transpose(1, 2)).transpose(1, 2)
        normal = nn.BatchNorm1d.forward(self, inputs[mask])
        return torch.zeros_like(inputs, dtype=normal.dtype).masked_scatter(mask[..., None], normal)
