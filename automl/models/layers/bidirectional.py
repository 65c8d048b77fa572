"""Layers that read a sequence from both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.checks import sequence
from automl.models.layer import Inner, Layer
from automl.models.network import build_body

if TYPE_CHECKING:
    from torch import nn


class Bidirectional(Layer):
    """Layers that read a sequence, and as many that read it reversed, side by side.

    (length, features) -> twice the features that the layers give. Source: Schuster and Paliwal,
    "Bidirectional Recurrent Neural Networks" (1997).
    """

    layers: Inner
    """The layers of one direction; the other has the same with weights of its own."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers twice."""
        from automl.models.modules.bidirectional import BidirectionalBlock

        forwards, _ = build_body(self.layers, sequence(shape))
        backwards, _ = build_body(self.layers, shape)
        return BidirectionalBlock(forwards, backwards)
