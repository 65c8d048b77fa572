"""Blocks of several layers: stems, residual connections and squeeze-and-excitation."""

from __future__ import annotations

from operator import floordiv
from typing import TYPE_CHECKING, Any

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Inner, Layer, as_image
from automl.models.network import build_body

if TYPE_CHECKING:
    from torch import nn


# Of one or two hidden ReLU units all may die, and then every image gets the same weights.
_MIN_HIDDEN = 8


class Stem(Layer):
    """Convolutions of stride 2 that bring an image or a sequence down to a workable size.

    There are as many as that takes, or one of stride 1, each followed by batch_norm and relu: what
    comes next costs about the same for 28 and for 1,024 pixels. Source: Xiao et al., "Early
    Convolutions Help Transformers See Better" (2021).
    """

    filters: Count
    """Number of output channels."""
    size: Count = 32
    """Largest side of the output, in pixels or positions."""
    kernel_size: Count = 3
    """Size of the window along each side, in pixels or positions."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers in a row."""
        if len(shape) == 1:
            raise Infeasible("it needs an image or a sequence, and this is a vector: leave it out")
        name, side = ("conv2d", max(shape[1:])) if len(shape) == 3 else ("conv1d", shape[0])
        halvings = (_divide_up(side, self.size) - 1).bit_length()
        convolution = {"filters": self.filters, "kernel_size": self.kernel_size, "bias": False}
        layers: list[dict[str, Any]] = []
        for stride in [2] * halvings or [1]:
            layers += [{name: {**convolution, "stride": stride}}]
            layers += [{"batch_norm": {}}, {"activation": {"name": "relu"}}]
        return build_body(layers, shape)[0]


class Residual(Layer):
    """Layers whose output is added to their input, which lets deep networks train well.

    Where the layers change the channels or the size of an image, the input is averaged to the same
    size and goes through a learned 1×1 convolution. The features of a vector or a sequence go
    through a dense layer without a bias.
    Source: He et al., "Deep Residual Learning for Image Recognition" (2016); the averaging is that
    of ResNet-D in He et al., "Bag of Tricks for Image Classification" (2019).
    """

    layers: Inner
    """Layers that the input bypasses."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers with their shortcut."""
        from automl.models.modules.blocks import ResidualBlock

        body, output = build_body(self.layers, shape)
        if len(shape) != len(output):
            raise Infeasible(f"its layers end in {output}, which cannot be added to its input")
        return ResidualBlock(body, _shortcut(shape, output, body.stride))


def _shortcut(before: Shape, after: Shape, stride: int) -> nn.Module:
    from torch import nn

    if before == after:
        return nn.Identity()
    if len(before) == 3:
        return _image_shortcut(before, after)
    projection = nn.Linear(before[-1], after[-1], bias=False)
    return projection if before[:-1] == after[:-1] else _shorten(before, after, stride, projection)


def _shorten(before: Shape, after: Shape, stride: int, projection: nn.Module) -> nn.Module:
    from automl.models.modules.model import Body
    from automl.models.modules.sequence import SequenceAvgPool

    if _divide_up(before[0], stride) != after[0]:
        raise Infeasible(
            f"its layers turn a length of {before[0]} into {after[0]}, and no stride does that"
        )
    return Body(SequenceAvgPool(stride), projection)


def _image_shortcut(before: Shape, after: Shape) -> nn.Module:
    from torch import nn

    projection = nn.Conv2d(before[0], after[0], 1, bias=False)
    if before[1:] == after[1:]:
        return projection
    return nn.Sequential(_shrink(before[1:], after[1:]), projection)


def _shrink(before: Shape, after: Shape) -> nn.Module:
    """The mean over adjacent windows that turn ``before`` pixels into ``after``.

    Pooling rounds the number of windows down, a convolution with a stride rounds it up.
    """
    from torch import nn

    (height, width), (rows, columns) = before, after
    for divide, up in ((floordiv, False), (_divide_up, True)):
        window = max(1, divide(height, rows)), max(1, divide(width, columns))
        if (divide(height, window[0]), divide(width, window[1])) == after:
            return nn.AvgPool2d(window, ceil_mode=up)
    raise Infeasible(f"its layers turn {before} pixels into {after}, and no stride does that")


def _divide_up(value: int, by: int) -> int:
    return -(-value // by)


class SqueezeExcite(Layer):
    """Weighs each channel by the means of all channels over the image; keeps the shape.

    Source: Hu et al., "Squeeze-and-Excitation Networks" (2018).
    """

    ratio: Count = 16
    """Channels per hidden unit; there are at least 8 hidden units."""

    def build(self, shape: Shape) -> nn.Module:
        """The block with its hidden units."""
        from automl.models.modules.blocks import SqueezeExciteBlock

        channels, _, _ = as_image(shape)
        return SqueezeExciteBlock(channels, hidden=max(_MIN_HIDDEN, channels // self.ratio))
