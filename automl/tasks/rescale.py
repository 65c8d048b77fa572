"""From standard deviations to a target's own units. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Rescale(nn.Module):
    """``values * std + mean``, laid out by step.

    Args:
        steps: How many steps each number has.
        mean: Of each number.
        std: Of each number.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, steps: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.steps = steps
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("std", torch.tensor(std))

    def forward(self, values: Tensor) -> Tensor:
        """(N, steps * names) floats -> (N, steps, names) in the target's units."""
        by_step = values.float().reshape(-1, self.steps, len(self.mean))
        return torch.addcmul(self.mean, by_step, self.std)
