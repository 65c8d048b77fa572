"""Pooling over windows of an image, and over the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.models.checks import image, window_fits
from automl.models.layer import Count, Layer, Shape

if TYPE_CHECKING:
    from torch import nn


class _Window(Layer):
    """The options of pooling over windows."""

    size: Count = 2
    """Height and width of the window, in pixels."""
    stride: Count | None = None
    """Pixels the window moves by; null is the window's size."""


class MaxPool2d(_Window):
    """The largest value of each window, per channel; windows that would stick out are left out."""

    def build(self, shape: Shape) -> nn.Module:
        """``MaxPool2d``."""
        from torch import nn

        window_fits(self.size, shape)
        return nn.MaxPool2d(self.size, self.stride)


class AvgPool2d(_Window):
    """The mean of each window, per channel; windows that would stick out are left out."""

    def build(self, shape: Shape) -> nn.Module:
        """``AvgPool2d``."""
        from torch import nn

        window_fits(self.size, shape)
        return nn.AvgPool2d(self.size, self.stride)


class GlobalAvgPool(Layer):
    """The mean of each channel: (channels, height, width) -> (channels,).

    Source: Lin et al., "Network In Network" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveAvgPool2d`` to one pixel, flattened."""
        from torch import nn

        image(shape)
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class GlobalMaxPool(Layer):
    """The largest value of each channel: (channels, height, width) -> (channels,)."""

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveMaxPool2d`` to one pixel, flattened."""
        from torch import nn

        image(shape)
        return nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())
