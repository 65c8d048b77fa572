"""Basic layers: dense, flatten, activation and dropout; and normalization.

Normalization brings values to mean 0 and variance 1; a learned scale and shift follow.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import Count, Layer, check_divisible

if TYPE_CHECKING:
    from torch import nn

# Name of an activation -> its class in ``torch.nn``.
_CLASSES = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "hard_swish": "Hardswish",
    "mish": "Mish",
}
ActivationName = Literal[
    "relu", "leaky_relu", "gelu", "silu", "elu", "tanh", "sigmoid", "hard_swish", "mish"
]


class Dense(Layer):
    """Each output is a weighted sum of all inputs: (features,) -> (units,).

    For a sequence, at each position separately: (length, features) -> (length, units).
    """

    units: Count
    """Number of output features."""
    bias: bool = True
    """Whether to add a learned number per unit; has no effect right before batch_norm."""

    def build(self, shape: Shape) -> nn.Module:
        """``Linear``."""
        from torch import nn

        if len(shape) == 3:
            raise Infeasible("it needs a vector; put flatten or global_avg_pool before it")
        return nn.Linear(shape[-1], self.units, bias=self.bias)


class Flatten(Layer):
    """All values of an image or a sequence as one vector: (channels, height, width) -> (features,).

    A sequence that is shorter than the longest possible one has zeros at its end.
    """

    def build(self, shape: Shape) -> nn.Module:
        """``Flatten``; a vector does not change."""
        from torch import nn

        from automl.models.modules.sequence import SequenceFlatten

        return SequenceFlatten(shape[0]) if len(shape) == 2 else nn.Flatten()


class Activation(Layer):
    """A function of each single value, with PyTorch's default settings."""

    keeps_shape: ClassVar[bool] = True

    name: ActivationName
    """Name of the function."""

    def build(self, shape: Shape) -> nn.Module:
        """The module of that name in ``torch.nn``, for any shape."""
        from torch import nn

        activation: type[nn.Module] = getattr(nn, _CLASSES[self.name])
        return activation()


class ParametricActivation(Activation):
    """A function of each single value, of which each feature or channel learns how much it takes.

    It gives ``x + share · (f(x) - x)``: at first the function f itself, at a share of 0 nothing.
    Source: RealMLP in Holzmüller et al., "Better by default: strong pre-tuned MLPs and boosted
    trees on tabular data" (2024).
    """

    def build(self, shape: Shape) -> nn.Module:
        """The function with the shares of a vector, a sequence or an image."""
        from automl.models.modules.tables import LearnedActivation

        features = shape[0] if len(shape) == 3 else shape[-1]
        return LearnedActivation(super().build(shape), features, axis=1 if len(shape) == 3 else -1)


class Dropout(Layer):
    """Sets values to 0 at random while training, against overfitting.

    Source: Srivastava et al., "Dropout" (2014).
    """

    keeps_shape: ClassVar[bool] = True

    rate: Annotated[float, Field(ge=0, lt=1)]
    """Share of the values that are set to 0."""

    @property
    def is_noop(self) -> bool:
        """Whether no value is dropped."""
        return self.rate == 0

    def build(self, shape: Shape) -> nn.Module:
        """``Dropout``, for any shape."""
        from torch import nn

        return nn.Dropout(self.rate)


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
