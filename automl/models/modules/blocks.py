"""Blocks of networks: residual connections, squeeze-and-excitation, channel normalisation."""

from __future__ import annotations

from torch import Tensor, nn

from automl.models.modules.model import Body, Masked


class ResidualBlock(Masked):
    """``body(x) + shortcut(x)``.

    Args:
        body: Layers whose output is added to their input.
        shortcut: Module from the input to the shape of the body's output.
    """

    def __init__(self, body: Body, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut
        self.stride = body.stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, …) -> (N, …), the sum of both paths, in the shape of the body's output."""
        masked = isinstance(self.shortcut, Masked)
        around = self.shortcut(inputs, mask) if masked else self.shortcut(inputs)
        total: Tensor = self.body(inputs, mask) + around
        return total

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask after the body."""
        return self.body.next_mask(mask)


class SqueezeExciteBlock(nn.Module):
    """Multiplies each channel by a weight in 0..1, computed from the means of all channels.

    Source: Hu et al., "Squeeze-and-Excitation Networks" (2018).

    Args:
        channels: Number of channels.
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


class ChannelNorm(nn.LayerNorm):
    """Normalises the channels of each pixel: (N, C, H, W) -> (N, C, H, W), floats.

    In the channels_last memory format moving the axis copies nothing.
    """

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) floats -> the same shape, normalised, scaled and shifted."""
        return super().forward(images.movedim(1, -1)).movedim(-1, 1)
