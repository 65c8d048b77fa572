"""Activation functions."""

from __future__ import annotations

from typing import Any

from keras import layers
from torch import nn

from automl.export.keras.flow import Flow

_NAMES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.ELU: "elu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.Hardswish: "hard_silu",
    nn.Mish: "mish",
}


def activation(module: nn.Module, flow: Flow) -> Flow:
    """``Activation``, or ``LeakyReLU``, whose slope Keras has otherwise."""
    return flow.to(_layer(module)(flow.values))


def _layer(module: nn.Module) -> Any:
    if isinstance(module, nn.LeakyReLU):
        return layers.LeakyReLU(negative_slope=module.negative_slope)
    return layers.Activation(_NAMES[type(module)])
