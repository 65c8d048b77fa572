"""Convolutions over images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.checks import divisible, image
from automl.models.layer import Count
from automl.models.layers.convolution import Convolution

if TYPE_CHECKING:
    from torch import nn


class Conv2d(Convolution):
    """A 2-D convolution: (channels, height, width) -> (filters, height', width')."""

    groups: Count = 1
    """Split channels and filters into groups that do not see each other."""

    def build(self, shape: Shape) -> nn.Module:
        """One ``Conv2d``; with an even window behind the uneven padding that it needs."""
        from torch import nn

        channels, *sides = image(shape)
        divisible("in_channels", channels, "groups", self.groups)
        divisible("filters", self.filters, "groups", self.groups)
        before, after = self._pad(tuple(sides))
        convolution = nn.Conv2d(
            channels,
            self.filters,
            self.kernel_size,
            stride=self.stride,
            padding=before if before == after else 0,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )
        if before == after:
            return convolution
        return nn.Sequential(nn.ZeroPad2d((before, after, before, after)), convolution)


class SeparableConv2d(Convolution):
    """A convolution per channel, then a 1×1 one that mixes them: far fewer weights than conv2d.

    Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (2017).
    """

    def build(self, shape: Shape) -> nn.Module:
        """The depthwise convolution, without a bias, and the pointwise one."""
        from torch import nn

        channels, _, _ = image(shape)
        depthwise = Conv2d(
            filters=channels,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            bias=False,
            groups=channels,
        ).build(shape)
        return nn.Sequential(depthwise, nn.Conv2d(channels, self.filters, 1, bias=self.bias))
