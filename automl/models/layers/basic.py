"""Basic layers: dense, flatten, activation and dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layer import Count, Layer

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

        from automl.models.modules.pooling import SequenceFlatten

        return SequenceFlatten(shape[0]) if len(shape) == 2 else nn.Flatten()


class Activation(Layer):
    """A function of each single value, with PyTorch's default settings."""

    keeps_shape: ClassVar[bool] = True

    name: Literal[
        "relu", "leaky_relu", "gelu", "silu", "elu", "tanh", "sigmoid", "hard_swish", "mish"
    ]
    """Name of the function."""

    def build(self, shape: Shape) -> nn.Module:
        """The module of that name in ``torch.nn``, for any shape."""
        from torch import nn

        activation: type[nn.Module] = getattr(nn, _CLASSES[self.name])
        return activation()


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
