"""What happens to images before the first layer. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from automl.models.preprocessing.preprocess import Preprocess


class Normalize(Preprocess):
    """Brings each channel to mean 0 and standard deviation 1: ``(images / 255 - mean) / std``.

    Args:
        mean: Per channel, on the 0..1 scale.
        std: Per channel, on the 0..1 scale. A channel that never varies (0) is only shifted.

    Raises:
        ValueError: if the two differ in length.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"`mean` (={tuple(mean)}) and `std` (={tuple(std)}) differ in length")
        spread = [each or 1.0 for each in std]
        scale = [1 / (255 * each) for each in spread]
        shift = [-middle / each for middle, each in zip(mean, spread, strict=True)]
        self.register_buffer("scale", torch.tensor(scale).reshape(-1, 1, 1))
        self.register_buffer("shift", torch.tensor(shift).reshape(-1, 1, 1))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, C, H, W) uint8 or floats on the 0..255 scale -> (N, C, H, W) float32."""
        return torch.addcmul(self.shift, raw.to(torch.float32), self.scale)
