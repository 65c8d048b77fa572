"""Squeeze-and-excitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.checks import image
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn

# One or two ReLU units often die, and then every image gets the same weights.
_FEWEST = 8


class SqueezeExcite(Layer):
    """Weighs each channel by what all channels show over the whole image; keeps the shape.

    Source: Hu et al., "Squeeze-and-Excitation Networks" (2018).
    """

    ratio: Count = 16
    """How many times fewer hidden units than channels; there are at least 8 units."""

    def build(self, shape: Shape) -> nn.Module:
        """The block with its hidden units."""
        from automl.models.modules.squeeze_excite import SqueezeExciteBlock

        channels, _, _ = image(shape)
        return SqueezeExciteBlock(channels, hidden=max(_FEWEST, channels // self.ratio))
