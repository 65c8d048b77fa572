"""Pooling over windows of an image or a sequence, and over a whole image or sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Layer, as_image, as_sequence, check_window

if TYPE_CHECKING:
    from torch import nn


class _Window(Layer):
    """The options of pooling over windows."""

    size: Count = 2
    """Size of the window along each side, in pixels or positions."""
    stride: Count | None = None
    """Step of the window; null is its size."""

    @property
    def is_noop(self) -> bool:
        """Whether each value is a window of its own."""
        return self.size == 1 and self.stride in (None, 1)


class MaxPool2d(_Window):
    """The largest value of each window, per channel."""

    padding: Literal["valid", "same"] = "valid"
    """`valid` has no partial windows at the end. `same` has, so that a side of 1 stays 1."""

    def build(self, shape: Shape) -> nn.Module:
        """``MaxPool2d``."""
        from torch import nn

        _, *sides = as_image(shape)
        if self.padding == "same":
            window = (min(self.size, sides[0]), min(self.size, sides[1]))
            return nn.MaxPool2d(window, self.stride or self.size, ceil_mode=True)
        check_window(self.size, tuple(sides))
        return nn.MaxPool2d(self.size, self.stride)


class AvgPool2d(_Window):
    """The mean of each window, per channel; there are no partial windows at the end."""

    def build(self, shape: Shape) -> nn.Module:
        """``AvgPool2d``."""
        from torch import nn

        check_window(self.size, as_image(shape)[1:])
        return nn.AvgPool2d(self.size, self.stride)


class AdaptiveAvgPool2d(Layer):
    """The means of at most size × size equal windows, whatever the size of the image.

    A window at the end may be smaller; an image that is small enough does not change.
    """

    size: Count
    """Largest side of the output in pixels."""

    def build(self, shape: Shape) -> nn.Module:
        """``AvgPool2d`` with the windows for ``shape``, which every exporter knows."""
        from torch import nn

        height, width = (-(-side // self.size) for side in as_image(shape)[1:])
        if height == width == 1:
            return nn.Identity()
        return nn.AvgPool2d((height, width), ceil_mode=True)


class MaxPool1d(_Window):
    """The largest value of each window, per feature: (length, features) -> (length', features).

    A partial window at the end counts, so that a short sequence is not lost: n positions become
    ceil(n / stride).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``max_pool1d`` that knows where the padding is."""
        from automl.models.modules.pooling import SequenceMaxPool

        check_window(self.size, as_sequence(shape)[:1])
        return SequenceMaxPool(self.size, self.stride or self.size)


class GlobalAvgPool(Layer):
    """The mean of each channel of an image, or feature of a sequence, as a vector.

    Source: Lin et al., "Network In Network" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveAvgPool2d`` to one pixel, flattened; for a sequence, without the padding."""
        from torch import nn

        from automl.models.modules.pooling import SequenceMean

        if not _is_image(shape):
            return SequenceMean()
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class GlobalMaxPool(Layer):
    """The largest value of each channel of an image, or feature of a sequence, as a vector."""

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveMaxPool2d`` to one pixel, flattened; for a sequence, without the padding."""
        from torch import nn

        from automl.models.modules.pooling import SequenceMax

        if not _is_image(shape):
            return SequenceMax()
        return nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())


class LastStep(Layer):
    """The last position of a sequence that is not padding: (length, features) -> (features,).

    After a recurrent layer with `return_sequences` it is that layer's output without the option.
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling."""
        from automl.models.modules.pooling import SequenceLast

        as_sequence(shape)
        return SequenceLast()


def _is_image(shape: Shape) -> bool:
    if len(shape) == 1:
        raise Infeasible("it needs an image or a sequence, and this is a vector: leave it out")
    return len(shape) == 3
