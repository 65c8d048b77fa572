"""Where in a sequence something is."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PositionalEmbedding(nn.Module):
    """Adds a learned vector to each position.

    Args:
        length: The most positions that a sequence has; what lies beyond is padding.
        features: Of the sequence.
    """

    def __init__(self, length: int, features: int) -> None:
        super().__init__()
        self.positions = nn.Embedding(length, features)
        nn.init.normal_(self.positions.weight, std=0.02)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, length, features) -> the same shape."""
        last = self.positions.num_embeddings - 1
        position = torch.arange(inputs.shape[1], device=inputs.device).clamp(max=last)
        outputs: Tensor = inputs + self.positions(position)
        return outputs
