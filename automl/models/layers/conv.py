"""Convolutions over images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from automl.models.checks import divisible, image, window_fits
from automl.models.layer import Count, Layer, Shape

if TYPE_CHECKING:
    from torch import nn


class _Convolution(Layer):
    """The options that convolutions share."""

    filters: Count
    """Number of output channels."""
    kernel_size: Count = 3
    """Height and width of the window, in pixels."""
    stride: Count = 1
    """Pixels the window moves by: 2 halves height and width."""
    padding: Literal["same", "valid"] = "same"
    """`same` pads with zeros: n pixels give ceil(n / stride). `valid` pads nothing."""
    dilation: Count = 1
    """Distance between the pixels a window looks at."""
    bias: bool = True
    """Add a learned number per filter; of no use right before batch_norm."""


class Conv2d(_Convolution):
    """A 2-D convolution: (channels, height, width) -> (filters, height', width')."""

    groups: Count = 1
    """Split channels and filters into groups that do not see each other."""

    def build(self, shape: Shape) -> nn.Module:
        """One ``Conv2d``; with an even window behind the uneven padding that it needs."""
        from torch import nn

        channels, _, _ = image(shape)
        divisible("in_channels", channels, self.groups)
        divisible("filters", self.filters, self.groups)
        before, after = self._pad(shape)
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

    def _pad(self, shape: Shape) -> tuple[int, int]:
        # PyTorch's own padding="same" refuses strides.
        reach = self.dilation * (self.kernel_size - 1)
        if self.padding == "same":
            return reach // 2, reach - reach // 2
        window_fits(reach + 1, shape)
        return 0, 0


class SeparableConv2d(_Convolution):
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
