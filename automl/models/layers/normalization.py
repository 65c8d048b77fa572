"""Normalisation to mean 0 and variance 1, followed by a learned scale and shift."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layer import Count, Layer, check_divisible

if TYPE_CHECKING:
    from torch import nn


class BatchNorm(Layer):
    """Normalises each channel of an image, or feature of a sequence or vector, over the batch.

    Source: Ioffe and Szegedy, "Batch Normalization" (2015).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """``BatchNorm2d`` for an image, ``BatchNorm1d`` for a vector or a sequence."""
        from torch import nn

        from automl.models.modules.sequence import SequenceBatchNorm

        if len(shape) == 2:
            return SequenceBatchNorm(shape[1])
        return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])


class LayerNorm(Layer):
    """Normalises the channels of each pixel, the features of each position, or those of a vector.

    Source: Ba et al., "Layer Normalization" (2016); per pixel as in ConvNeXt (Liu et al., 2022).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """``LayerNorm``, over the channel axis for an image."""
        from torch import nn

        from automl.models.modules.blocks import ChannelNorm

        features = shape[0] if len(shape) == 3 else shape[-1]
        _more_than_one(features)
        return ChannelNorm(features) if len(shape) == 3 else nn.LayerNorm(features)


class GroupNorm(Layer):
    """Normalises groups of channels, each over the whole image; groups of features of a vector.

    Source: Wu and He, "Group Normalization" (2018).
    """

    keeps_shape: ClassVar[bool] = True

    groups: Count
    """Number of groups that the channels are split into."""

    def build(self, shape: Shape) -> nn.Module:
        """``GroupNorm``."""
        from torch import nn

        if len(shape) == 2:
            raise Infeasible("it needs an image or a vector; a sequence takes layer_norm")
        check_divisible("channels", shape[0], "groups", self.groups)
        _more_than_one(prod(shape) // self.groups)
        return nn.GroupNorm(self.groups, shape[0])


def _more_than_one(values: int) -> None:
    if values == 1:
        raise Infeasible("it would normalise single values, which makes all of them 0")
