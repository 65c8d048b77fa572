"""Layers that weigh the positions of a sequence by their content."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import Tensor

from automl.export.keras.layers.basic import activation, dense, layer_norm
from automl.export.keras.masked_values import LOWEST, MaskedValues
from automl.models.modules.attention import SelfAttention, TransformerBlock
from automl.models.modules.pooling import SequenceAttentionPool


def attention_pool(module: SequenceAttentionPool, inputs: MaskedValues) -> MaskedValues:
    """The sum of the positions, weighted by the softmax of their scores."""
    first, tanh, last = module.score
    scores = dense(last, activation(tanh, dense(first, inputs)))
    weights = ops.softmax(scores.filled(LOWEST), axis=1)
    return MaskedValues(ops.sum(weights * inputs.filled(), axis=1))


def transformer_encoder(module: TransformerBlock, inputs: MaskedValues) -> MaskedValues:
    """Self-attention, then a two-layer network, each with normalization before and a shortcut."""
    attended = _attend(module.attention, layer_norm(module.attention_norm, inputs))
    between = inputs.to(inputs.values + _drop(module, attended))
    first, gelu, last = module.feedforward
    hidden = activation(gelu, dense(first, layer_norm(module.feedforward_norm, between)))
    return inputs.to(between.values + _drop(module, dense(last, hidden).values))


def _attend(module: SelfAttention, inputs: MaskedValues) -> Any:
    """``MultiHeadAttention`` to all positions that are not padding."""
    features = module.combine.in_features
    layer = layers.MultiHeadAttention(module.heads, features // module.heads)
    mask = None if inputs.lengths is None else ops.transpose(inputs.real, (0, 2, 1))
    outputs = layer(inputs.values, inputs.values, attention_mask=mask)
    layer.set_weights([each.detach().numpy() for each in _weights(module)])
    return outputs


def _weights(module: SelfAttention) -> list[Tensor]:
    """Kernel and bias of query, key, value and output, of which PyTorch joins the first three."""
    heads, features = module.heads, module.combine.in_features
    found = []
    projections = zip(module.project.weight.chunk(3), module.project.bias.chunk(3), strict=True)
    for weight, bias in projections:
        found += [weight.T.reshape(features, heads, -1), bias.reshape(heads, -1)]
    output = module.combine.weight.T.reshape(heads, -1, features)
    return [*found, output, module.combine.bias]


def _drop(module: TransformerBlock, values: Any) -> Any:
    return layers.Dropout(module.dropout.p)(values)
