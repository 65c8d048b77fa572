"""Activation functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from automl.core.shape import Shape
from automl.models.layer import Layer

if TYPE_CHECKING:
    from torch import nn

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


class Activation(Layer):
    """A function of each value on its own, with PyTorch's default settings."""

    keeps_shape: ClassVar[bool] = True

    name: Literal[
        "relu", "leaky_relu", "gelu", "silu", "elu", "tanh", "sigmoid", "hard_swish", "mish"
    ]
    """Which function."""

    def build(self, shape: Shape) -> nn.Module:
        """The module of that name in ``torch.nn``; any shape will do."""
        from torch import nn

        activation: type[nn.Module] = getattr(nn, _CLASSES[self.name])
        return activation()
