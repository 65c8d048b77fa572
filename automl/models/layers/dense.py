"""Fully connected layers, and the way to them from an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.errors import Infeasible
from automl.models.layer import Count, Layer, Shape

if TYPE_CHECKING:
    from torch import nn


class Dense(Layer):
    """Each output is a weighted sum of all inputs: (features,) -> (units,)."""

    units: Count
    """Number of output features."""
    bias: bool = True
    """Add a learned number per unit; of no use right before batch_norm."""

    def build(self, shape: Shape) -> nn.Module:
        """``Linear``."""
        from torch import nn

        if len(shape) != 1:
            raise Infeasible("it needs a vector; put flatten or global_avg_pool before it")
        return nn.Linear(shape[0], self.units, bias=self.bias)


class Flatten(Layer):
    """All values of an image as one vector: (channels, height, width) -> (features,)."""

    def build(self, shape: Shape) -> nn.Module:
        """``Flatten``; a vector stays as it is."""
        from torch import nn

        return nn.Flatten()
