"""Convolutions over images and sequences; pooling over windows of them, and over all of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Layer, as_image, as_sequence, check_divisible, check_window

if TYPE_CHECKING:
    from torch import nn


class Convolution(Layer):
    """The options that convolutions share."""

    filters: Count
    """Number of output channels."""
    kernel_size: Count = 3
    """Size of the window along each side, in pixels or positions."""
    stride: Count = 1
    """Step of the window: 2 halves each side."""
    padding: Literal["same", "valid"] = "same"
    """`same` pads with zeros: a side of n becomes ceil(n / stride). `valid` does not pad."""
    dilation: Count = 1
    """Distance between the values in a window."""
    bias: bool = True
    """Whether to add a learned number per filter; has no effect right before batch_norm."""

    @property
    def _reach(self) -> int:
        """Distance from the first to the last value of a window."""
        return self.dilation * (self.kernel_size - 1)

    def _pad(self, sides: tuple[int, ...]) -> tuple[int, int]:
        """Zeros before and after each side; PyTorch's own padding="same" refuses strides."""
        if self.padding == "same":
            return self._reach // 2, self._reach - self._reach // 2
        check_window(self._reach + 1, sides)
        return 0, 0


class Conv2d(Convolution):
    """A 2-D convolution: (channels, height, width) -> (filters, height', width')."""

    groups: Count = 1
    """Number of separate groups that channels and filters are split into."""

    def build(self, shape: Shape) -> nn.Module:
        """``Conv2d``, after the uneven padding that an even window needs."""
        from torch import nn

        channels, *sides = as_image(shape)
        check_divisible("in_channels", channels, "groups", self.groups)
        check_divisible("filters", self.filters, "groups", self.groups)
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

        channels, _, _ = as_image(shape)
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


class Conv1d(Convolution):
    """A 1-D convolution: (length, features) -> (length', filters).

    In a batch of sequences, `same` pads each at its own end, and `valid` gives one position for a
    sequence shorter than the window.
    """

    def build(self, shape: Shape) -> nn.Module:
        """``Conv1d`` that knows where the padding is."""
        from torch import nn

        from automl.models.modules.sequence import SequenceConv, ValidConv

        length, features = as_sequence(shape)
        before, after = self._pad((length,))
        convolution = nn.Conv1d(
            features,
            self.filters,
            self.kernel_size,
            stride=self.stride,
            padding=before if before == after else 0,
            dilation=self.dilation,
            bias=self.bias,
        )
        if self.padding == "valid":
            return ValidConv(convolution, self.stride, self._reach)
        if before == after:
            return SequenceConv(convolution, self.stride)
        pad = nn.ConstantPad1d((before, after), 0.0)
        return SequenceConv(nn.Sequential(pad, convolution), self.stride)


class TemporalConv(Layer):
    """Two dilated causal convolutions with a shortcut: (length, features) -> (length, filters).

    A few blocks that double the dilation from one to the next see far back. Source: Bai et al.,
    "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling"
    (2018).
    """

    filters: Count
    """Number of output features."""
    kernel_size: Count = 3
    """Positions in a window: the current one and earlier ones."""
    dilation: Count = 1
    """Distance between the positions in a window."""

    def build(self, shape: Shape) -> nn.Module:
        """The block; its shortcut has a dense layer where the number of features changes."""
        from automl.models.modules.sequence import TemporalBlock

        _, features = as_sequence(shape)
        return TemporalBlock(features, self.filters, self.kernel_size, self.dilation)


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
        from automl.models.modules.sequence import SequenceMaxPool

        check_window(self.size, as_sequence(shape)[:1])
        return SequenceMaxPool(self.size, self.stride or self.size)


class GlobalAvgPool(Layer):
    """The mean of each channel of an image, or feature of a sequence, as a vector.

    Source: Lin et al., "Network In Network" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveAvgPool2d`` to one pixel, flattened; for a sequence, without the padding."""
        from torch import nn

        from automl.models.modules.sequence import SequenceMean

        if not _is_image(shape):
            return SequenceMean()
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class GlobalMaxPool(Layer):
    """The largest value of each channel of an image, or feature of a sequence, as a vector."""

    def build(self, shape: Shape) -> nn.Module:
        """``AdaptiveMaxPool2d`` to one pixel, flattened; for a sequence, without the padding."""
        from torch import nn

        from automl.models.modules.sequence import SequenceMax

        if not _is_image(shape):
            return SequenceMax()
        return nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())


class LastStep(Layer):
    """The last position of a sequence that is not padding: (length, features) -> (features,).

    After a recurrent layer with `return_sequences` it is that layer's output without the option.
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling."""
        from automl.models.modules.sequence import SequenceLast

        as_sequence(shape)
        return SequenceLast()


def _is_image(shape: Shape) -> bool:
    if len(shape) == 1:
        raise Infeasible("it needs an image or a sequence, and this is a vector: leave it out")
    return len(shape) == 3
