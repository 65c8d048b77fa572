"""Layers of whole series: random convolution kernels, Inception blocks, normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Layer, as_sequence

if TYPE_CHECKING:
    from torch import nn


class MiniRocketLayer(Layer):
    """Random convolution kernels that are not trained: (length, features) -> (outputs,).

    Each output is the share of a series where a kernel's response is above a threshold, which is
    learned from the train split. A linear model on top is a strong one. Source: Dempster et al.,
    "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time Series Classification"
    (2021).
    """

    outputs: Count = 1_000
    """Largest number of outputs, a multiple of the 84 kernels."""
    dilations: Count = 8
    """Largest number of dilations, from 1 to as many as span the series."""

    def build(self, shape: Shape) -> nn.Module:
        """The kernels, whose thresholds are 0 until the training begins."""
        from automl.models.modules.series import RandomKernels

        return RandomKernels(*as_sequence(shape), self.outputs, self.dilations)


class Inception(Layer):
    """Convolutions of three lengths side by side: (length, features) -> (length, 4 · filters).

    A narrow dense layer comes before them, max-pooling stands beside them, and batch_norm and relu
    follow. Source: Ismail Fawaz et al., "InceptionTime: Finding AlexNet for Time Series
    Classification" (2020), which has six of them with a residual connection around every three.
    """

    filters: Count = 32
    """Number of output features of each part."""
    kernel_size: Count = 39
    """Positions in the longest window; the others are a half and a quarter of it."""

    def build(self, shape: Shape) -> nn.Module:
        """The block; its windows have an odd number of positions, at most those of the series."""
        from automl.models.modules.series import InceptionBlock

        length, features = as_sequence(shape)
        sizes = [max(1, min(self.kernel_size, length) // part) for part in (1, 2, 4)]
        return InceptionBlock(features, self.filters, [each - 1 + each % 2 for each in sizes])


class InstanceNorm(Layer):
    """Brings each feature of each series to mean 0 and variance 1 over its own positions.

    So neither the level nor the size of a series counts, but its shape alone. Source: Ulyanov et
    al., "Instance Normalization: The Missing Ingredient for Fast Stylization" (2016).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """The normalisation, without a learned scale and shift."""
        from automl.models.modules.series import SequenceInstanceNorm

        length, _ = as_sequence(shape)
        if length == 1:
            raise Infeasible("it would normalise single values, which makes all of them 0")
        return SequenceInstanceNorm()
