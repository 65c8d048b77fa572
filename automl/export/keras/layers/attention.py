"""Layers that weigh the positions of a sequence by their content."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import Tensor

from automl.export.keras.flow import LOWEST, Flow
from automl.export.keras.layers.activation import activation
from automl.export.keras.layers.dense import dense
from automl.export.keras.layers.normalization import layer_norm
from automl.models.modules.sequence_to_vector import AttentionPool
from automl.models.modules.transformer_block import SelfAttention, TransformerBlock


def attention_pool(module: AttentionPool, flow: Flow) -> Flow:
    """The sum of the positions, weighted by the softmax of their scores."""
    first, tanh, last = module.score
    scores = dense(last, activation(tanh, dense(first, flow)))
    weights = ops.softmax(scores.filled(LOWEST), axis=1)
    return Flow(ops.sum(weights * flow.filled(), axis=1))


def transformer_encoder(module: TransformerBlock, flow: Flow) -> Flow:
    """Self-attention, then a two-layer network; each normalised before and added."""
    attended = _attend(module.attention, layer_norm(module.attention_norm, flow))
    between = flow.to(flow.values + _drop(module, attended))
    first, gelu, last = module.feedforward
    hidden = activation(gelu, dense(first, layer_norm(module.feedforward_norm, between)))
    return flow.to(between.values + _drop(module, dense(last, hidden).values))


def _attend(module: SelfAttention, flow: Flow) -> Any:
    """``MultiHeadAttention`` to all real positions."""
    features = module.combine.in_features
    layer = layers.MultiHeadAttention(module.heads, features // module.heads)
    mask = None if flow.lengths is None else ops.transpose(flow.real, (0, 2, 1))
    outputs = layer(flow.values, flow.values, attention_mask=mask)
    layer.set_weights([each.detach().numpy() for each in _weights(module)])
    return outputs


def _weights(module: SelfAttention) -> list[Tensor]:
    """Kernel and bias of query, key, value and output; PyTorch has the first three in one."""
    heads, features = module.heads, module.combine.in_features
    found = []
    parts = zip(module.project.weight.chunk(3), module.project.bias.chunk(3), strict=True)
    for weight, bias in parts:
        found += [weight.T.reshape(features, heads, -1), bias.reshape(heads, -1)]
    output = module.combine.weight.T.reshape(heads, -1, features)
    return [*found, output, module.combine.bias]


def _drop(module: TransformerBlock, values: Any) -> Any:
    return layers.Dropout(module.dropout.p)(values)
