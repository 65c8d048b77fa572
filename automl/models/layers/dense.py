"""Fully connected layers, and the way to them from an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.errors import Infeasible
from automl.core.shape import Shape
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn


class Dense(Layer):
    """Each output is a weighted sum of all inputs: (features,) -> (units,).

    Of a sequence, at each position on its own: (length, features) -> (length, units).
    """

    units: Count
    """Number of output features."""
    bias: bool = True
    """Add a learned number per unit; of no use right before batch_norm."""

    def build(self, shape: Shape) -> nn.Module:
        """``Linear``."""
        from torch import nn

        if len(shape) == 3:
            raise Infeasible("it needs a vector; put flatten or global_avg_pool before it")
        return nn.Linear(shape[-1], self.units, bias=self.bias)


class Flatten(Layer):
    """All values of an image or a sequence as one vector: (channels, height, width) -> (features,).

    A text that is shorter than the longest possible one has zeros at its end.
    """

    def build(self, shape: Shape) -> nn.Module:
        """``Flatten``; a vector stays as it is."""
        from torch import nn

        from automl.models.modules.sequence_to_vector import SequenceFlatten

        return SequenceFlatten(shape[0]) if len(shape) == 2 else nn.Flatten()
