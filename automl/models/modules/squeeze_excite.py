"""Squeeze-and-excitation (Hu et al., 2018)."""

from __future__ import annotations

from torch import Tensor, nn


class SqueezeExciteBlock(nn.Module):
    """Multiplies each channel by a weight between 0 and 1 computed from the means of all.

    Args:
        channels: Channels of the images.
        hidden: Units between squeeze and excitation.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels), nn.Sigmoid()
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) floats -> the same shape."""
        weights: Tensor = self.weigh(images.mean(dim=(2, 3)))
        return images * weights[:, :, None, None]
