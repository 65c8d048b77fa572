"""Squeeze-and-excitation."""

from __future__ import annotations

from keras import layers

from automl.export.keras.flow import Flow
from automl.export.keras.layers.activation import activation
from automl.export.keras.layers.dense import dense
from automl.models.modules.squeeze_excite import SqueezeExciteBlock


def squeeze_excite(module: SqueezeExciteBlock, flow: Flow) -> Flow:
    """``Multiply`` by a weight of each channel, computed from the means of all."""
    first, relu, last, sigmoid = module.weigh
    means = flow.to(layers.GlobalAveragePooling2D(keepdims=True)(flow.values))
    weights = activation(sigmoid, dense(last, activation(relu, dense(first, means))))
    return flow.to(layers.Multiply()([flow.values, weights.values]))
