"""Layers that bring their input to mean 0 and variance 1, then scale and shift it as learned."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from automl.core.errors import Infeasible
from automl.models.checks import divisible
from automl.models.layer import Count, Layer, Shape

if TYPE_CHECKING:
    from torch import nn


class BatchNorm(Layer):
    """Normalises each channel of an image, or feature of a vector, over the batch.

    Source: Ioffe and Szegedy, "Batch Normalization" (2015).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """``BatchNorm2d`` for an image, ``BatchNorm1d`` for a vector."""
        from torch import nn

        return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])


class LayerNorm(Layer):
    """Normalises the channels of each pixel of an image, or the features of a vector.

    Source: Ba et al., "Layer Normalization" (2016); per pixel as in ConvNeXt (Liu et al., 2022).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """``LayerNorm``, over the channel axis for an image."""
        from torch import nn

        from automl.models.modules.channel_norm import ChannelNorm

        _more_than_one(shape[0])
        return ChannelNorm(shape[0]) if len(shape) == 3 else nn.LayerNorm(shape[0])


class GroupNorm(Layer):
    """Normalises groups of channels, each over the whole image; groups of features of a vector.

    Source: Wu and He, "Group Normalization" (2018).
    """

    keeps_shape: ClassVar[bool] = True

    groups: Count
    """How many groups the channels are split into."""

    def build(self, shape: Shape) -> nn.Module:
        """``GroupNorm``."""
        from torch import nn

        divisible("channels", shape[0], self.groups)
        _more_than_one(prod(shape) // self.groups)
        return nn.GroupNorm(self.groups, shape[0])


def _more_than_one(values: int) -> None:
    if values == 1:
        raise Infeasible("it would normalise single values, which makes all of them 0")
