"""Layer normalisation of images."""

from __future__ import annotations

from torch import Tensor, nn


class ChannelNorm(nn.LayerNorm):
    """Normalises the channels of each pixel: (N, C, H, W) -> (N, C, H, W), floats.

    In the channels_last memory format moving the axis copies nothing.
    """

    def forward(self, images: Tensor) -> Tensor:
        """The images, each pixel on its own at mean 0 and variance 1, scaled and shifted."""
        return super().forward(images.movedim(1, -1)).movedim(-1, 1)
