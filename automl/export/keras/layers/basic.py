"""Layers that Keras has too: dense, activation, dropout, embedding, normalization."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.masked_values import MaskedValues, apply_layer
from automl.models.modules.attention import LearnedPositions

# PyTorch's activation -> Keras's name of it.
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


def dense(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``Dense``; for a sequence at each position."""
    bias = () if module.bias is None else (module.bias,)
    layer = layers.Dense(module.out_features, use_bias=module.bias is not None)
    return inputs.to(apply_layer(layer, inputs.values, module.weight.T, *bias))


def activation(module: nn.Module, inputs: MaskedValues) -> MaskedValues:
    """``Activation``, or ``LeakyReLU``, whose slope is another by default in Keras."""
    return inputs.to(_layer(module)(inputs.values))


def _layer(module: nn.Module) -> Any:
    if isinstance(module, nn.LeakyReLU):
        return layers.LeakyReLU(negative_slope=module.negative_slope)
    return layers.Activation(_NAMES[type(module)])


def dropout(module: nn.Dropout, inputs: MaskedValues) -> MaskedValues:
    """``Dropout``, which does nothing unless the Keras model is trained further."""
    return inputs.to(layers.Dropout(module.p)(inputs.values))


def embedding(module: nn.Embedding, inputs: MaskedValues) -> MaskedValues:
    """``Embedding``; the vector of padding is zeros."""
    return inputs.to(_look_up(module, inputs.values))


def positional_embedding(module: LearnedPositions, inputs: MaskedValues) -> MaskedValues:
    """``Embedding`` of the positions, added."""
    last = module.positions.num_embeddings - 1
    positions = ops.minimum(inputs.positions, last)
    return inputs.to(inputs.values + _look_up(module.positions, positions))


def _look_up(module: nn.Embedding, ids: object) -> object:
    layer = layers.Embedding(module.num_embeddings, module.embedding_dim)
    return apply_layer(layer, ids, module.weight)


def batch_norm(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``BatchNormalization``; Keras's momentum is the share that is kept, PyTorch's the rest."""
    layer = layers.BatchNormalization(momentum=1 - module.momentum, epsilon=module.eps)
    statistics = (module.running_mean, module.running_var)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias, *statistics))


def layer_norm(module: nn.LayerNorm, inputs: MaskedValues) -> MaskedValues:
    """``LayerNormalization``."""
    layer = layers.LayerNormalization(epsilon=module.eps)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias))


def group_norm(module: nn.GroupNorm, inputs: MaskedValues) -> MaskedValues:
    """``GroupNormalization``."""
    layer = layers.GroupNormalization(module.num_groups, epsilon=module.eps)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias))
