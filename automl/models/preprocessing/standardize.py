"""What happens to series before the first layer. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from automl.models.preprocessing.preprocess import Preprocess


class Standardize(Preprocess):
    """Brings each variable to mean 0 and standard deviation 1; what is missing becomes its mean.

    Args:
        mean: Per variable, in its own units.
        std: Per variable, in its own units. A variable that never varies (0) is only shifted.

    Raises:
        ValueError: if the two differ in length.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"`mean` (={tuple(mean)}) and `std` (={tuple(std)}) differ in length")
        self.register_buffer("centre", torch.tensor(mean, dtype=torch.float32))
        spread = [each or 1.0 for each in std]
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length, variables) floats, NaN where missing -> the same shape in float32, no NaN."""
        values = (raw.to(torch.float32) - self.centre) / self.spread
        return values.masked_fill(values.isnan(), 0.0)
