"""Blocks of several layers: stems, residual connections and the blocks that are made of them."""

from __future__ import annotations

from operator import floordiv
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Inner, Layer, as_image
from automl.models.network import build_body

if TYPE_CHECKING:
    from torch import nn


# Of one or two hidden ReLU units all may die, and then every image gets the same weights.
_MIN_HIDDEN = 8
# Channels per hidden unit inside of blocks, which have few channels, as in MobileNetV3.
_RATIO = 4

# Share of the examples that skip a block while training.
DropPath = Annotated[float, Field(ge=0, lt=1)]
# Activations between the layers of a block.
BlockActivation = Literal["relu", "gelu", "silu"]


class Stem(Layer):
    """Convolutions of stride 2 that bring an image or a sequence down to a workable size.

    There are as many as that takes, or one of stride 1, each followed by batch_norm and relu: what
    comes next costs about the same for 28 and for 1,024 pixels. Source: Xiao et al., "Early
    Convolutions Help Transformers See Better" (2021); `patches` are those of Dosovitskiy et al.,
    "An Image is Worth 16x16 Words" (2021).
    """

    filters: Count
    """Number of output channels."""
    size: Count = 32
    """Largest side of the output, in pixels or positions."""
    kernel_size: Count = 3
    """Size of the window along each side, in pixels or positions."""
    patches: bool = False
    """Whether one convolution of adjacent windows takes the place of those of stride 2."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers in a row."""
        if len(shape) == 1:
            raise Infeasible("it needs an image or a sequence, and this is a vector: leave it out")
        name, side = ("conv2d", max(shape[1:])) if len(shape) == 3 else ("conv1d", shape[0])
        layers: list[dict[str, Any]] = []
        for kernel_size, stride in self._windows(_divide_up(side, self.size)):
            options = {"kernel_size": kernel_size, "stride": stride, "bias": False}
            layers += [{name: {"filters": self.filters, **options}}]
            layers += [{"batch_norm": {}}, {"activation": {"name": "relu"}}]
        return build_body(layers, shape)[0]

    def _windows(self, factor: int) -> list[tuple[int, int]]:
        """Size and stride of each convolution's window, to make a side ``factor`` times shorter."""
        if factor > 1 and self.patches:
            return [(factor, factor)]
        halvings = (factor - 1).bit_length()
        return [(self.kernel_size, 2)] * halvings or [(self.kernel_size, 1)]


class Residual(Layer):
    """Layers whose output is added to their input, which lets deep networks train well.

    Where the layers change the channels or the size of an image, the input is averaged to the same
    size and goes through a learned 1×1 convolution. The features of a vector or a sequence go
    through a dense layer without a bias.
    Source: He et al., "Deep Residual Learning for Image Recognition" (2016); the averaging is that
    of ResNet-D in He et al., "Bag of Tricks for Image Classification" (2019); stochastic depth is
    that of Huang et al., "Deep Networks with Stochastic Depth" (2016).
    """

    layers: Inner
    """Layers that the input bypasses."""
    drop_path: DropPath = 0.0
    """Share of the examples for which the layers are left out while training: stochastic depth."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers with their shortcut."""
        from automl.models.modules.blocks import ResidualBlock

        body, output = build_body(self.layers, shape)
        if len(shape) != len(output):
            raise Infeasible(f"its layers end in {output}, which cannot be added to its input")
        return ResidualBlock(body, _shortcut(shape, output, body.stride), self.drop_path)


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


class BasicBlock(Layer):
    """Two convolutions with batch_norm and a shortcut; keeps the shape of an image.

    Source: He et al., "Deep Residual Learning for Image Recognition" (2016); the weighing of the
    channels is that of Hu et al., "Squeeze-and-Excitation Networks" (2018).
    """

    kernel_size: Count = 3
    """Size of the window along each side, in pixels."""
    activation: BlockActivation = "relu"
    """Function behind the first convolution and behind the sum."""
    squeeze_excite: bool = False
    """Whether the channels are weighed before the sum."""
    drop_path: DropPath = 0.0
    """Share of the examples that skip the block while training."""

    def build(self, shape: Shape) -> nn.Module:
        """The residual layers and the activation behind them."""
        channels, _, _ = as_image(shape)
        convolution = _convolution(channels, kernel_size=self.kernel_size)
        activation = {"activation": {"name": self.activation}}
        inner = [*convolution, activation, *convolution, *_squeeze(self.squeeze_excite)]
        return build_body([_residual(inner, self.drop_path), activation], shape)[0]


class InvertedResidual(Layer):
    """A wide depthwise convolution between two 1×1 ones, with a shortcut; keeps the shape.

    It has far fewer weights and operations than basic_block. Source: Sandler et al.,
    "MobileNetV2" (2018); the weighing of the channels is that of Howard et al., "Searching for
    MobileNetV3" (2019), before the last convolution.
    """

    kernel_size: Count = 3
    """Size of the window along each side, in pixels."""
    expansion: Count = 4
    """Factor by which there are more channels inside."""
    activation: BlockActivation = "silu"
    """Function behind the first two convolutions."""
    squeeze_excite: bool = False
    """Whether the channels inside are weighed."""
    drop_path: DropPath = 0.0
    """Share of the examples that skip the block while training."""

    def build(self, shape: Shape) -> nn.Module:
        """The residual layers."""
        channels, _, _ = as_image(shape)
        wide = channels * self.expansion
        activation = {"activation": {"name": self.activation}}
        inner = [
            *_convolution(wide, kernel_size=1),
            activation,
            *_convolution(wide, kernel_size=self.kernel_size, groups=wide),
            activation,
            *_squeeze(self.squeeze_excite),
            *_convolution(channels, kernel_size=1),
        ]
        return build_body([_residual(inner, self.drop_path)], shape)[0]


class ConvNextBlock(Layer):
    """A large depthwise convolution, then a dense network per pixel; with a shortcut.

    Source: Liu et al., "A ConvNet for the 2020s" (2022), without its layer scale.
    """

    kernel_size: Count = 7
    """Size of the window along each side, in pixels."""
    expansion: Count = 4
    """Factor by which the network per pixel has more channels inside."""
    drop_path: DropPath = 0.0
    """Share of the examples that skip the block while training."""

    def build(self, shape: Shape) -> nn.Module:
        """The residual layers."""
        channels, _, _ = as_image(shape)
        wide = channels * self.expansion
        inner: list[dict[str, Any]] = [
            {"conv2d": {"filters": channels, "kernel_size": self.kernel_size, "groups": channels}},
            {"layer_norm": {}},
            {"conv2d": {"filters": wide, "kernel_size": 1}},
            {"activation": {"name": "gelu"}},
            {"conv2d": {"filters": channels, "kernel_size": 1}},
        ]
        return build_body([_residual(inner, self.drop_path)], shape)[0]


def _convolution(filters: int, **options: int) -> list[dict[str, Any]]:
    """A convolution with batch_norm behind it."""
    return [{"conv2d": {"filters": filters, "bias": False, **options}}, {"batch_norm": {}}]


def _squeeze(wanted: bool) -> list[dict[str, Any]]:
    return [{"squeeze_excite": {"ratio": _RATIO}}] if wanted else []


def _residual(layers: list[dict[str, Any]], drop_path: float) -> dict[str, Any]:
    return {"residual": {"layers": layers, "drop_path": drop_path}}


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
