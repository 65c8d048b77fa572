"""Pooling over windows of an image or a sequence, and over the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.errors import Infeasible
from automl.core.shape import Shape
from automl.models.checks import image, sequence, window_fits
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn


class _Window(Layer):
    """The options of pooling over windows."""

    size: Count = 2
    """Size of the window along each side, in pixels or positions."""
    stride: Count | None = None
    """How far the window moves; null is the window's size."""

    @property
    def does_nothing(self) -> bool:
        """Whether each window is one value, and none is left out."""
        return self.size == 1 and self.stride in (None, 1)


class MaxPool2d(_Window):
    """The largest value of each window, per channel; windows that would stick out are left out."""

    def build(self, shape: Shape) -> nn.Module:
        """``MaxPool2d``."""
        from torch import nn

        window_fits(self.size, image(shape)[1:])
        return nn.MaxPool2d(self.size, self.stride)


class AvgPool2d(_Window):
    """The mean of each window, per channel; windows that would stick out are left out."""

    def build(self, shape: Shape) -> nn.Module:
        """``AvgPool2d``."""
        from torch import nn

        window_fits(self.size, image(shape)[1:])
        return nn.AvgPool2d(self.size, self.stride)


class MaxPool1d(_Window):
    """The largest value of each window, per feature: (length, features) -> (length', features).

    A window that sticks out at the end takes what is there, so that a short text is not lost: n
    positions give ceil(n / stride).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``max_pool1d``, told where the padding is."""
        from automl.models.modules.sequence_pool import SequenceMaxPool

        window_fits(self.size, sequence(shape)[:1])
        return SequenceMaxPool(self.size, self.stride or self.size)


class GlobalAvgPool(Layer):
    """The mean of each channel of an image, or feature of a sequence, as a vector.

    Source: Lin et al., "Network In Network" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveAvgPool2d`` to one pixel, flattened; of a sequence the mean without padding."""
        from torch import nn

        from automl.models.modules.sequence_to_vector import SequenceMean

        if not _is_image(shape):
            return SequenceMean()
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class GlobalMaxPool(Layer):
    """The largest value of each channel of an image, or feature of a sequence, as a vector."""

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveMaxPool2d`` to one pixel, flattened; of a sequence without padding."""
        from torch import nn

        from automl.models.modules.sequence_to_vector import SequenceMax

        if not _is_image(shape):
            return SequenceMax()
        return nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())


class LastStep(Layer):
    """The last position of a sequence that is not padding: (length, features) -> (features,).

    Of a recurrent layer with `return_sequences` it is what the layer gives without it.
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling."""
        from automl.models.modules.sequence_to_vector import SequenceLast

        sequence(shape)
        return SequenceLast()


def _is_image(shape: Shape) -> bool:
    if len(shape) == 1:
        raise Infeasible("it needs an image or a sequence, and this is a vector: leave it out")
    return len(shape) == 3
