"""Layers made of others: attention, recurrent networks, residual blocks, squeeze-and-excitation."""

from __future__ import annotations

from typing import Any

import torch
from keras import layers, ops
from torch import Tensor, nn

from automl.export.keras.layers import Builder, build_layers
from automl.export.keras.layers.basic import (
    LOWEST,
    MaskedValues,
    activation,
    apply_layer,
    dense,
    layer_norm,
)
from automl.export.keras.layers.convolution import avg_pool1d, avg_pool2d, conv2d, last_step
from automl.models.modules.blocks import (
    ResidualBlock,
    SelfAttention,
    SqueezeExciteBlock,
    TransformerBlock,
)
from automl.models.modules.sequence import (
    BidirectionalBlock,
    Recurrent,
    SequenceAttentionPool,
    SequenceAvgPool,
)

_LAYERS = {"LSTM": layers.LSTM, "GRU": layers.GRU, "RNN_TANH": layers.SimpleRNN}
# Modules that a shortcut is made of, and how they are built.
_STEPS: dict[type[nn.Module], Builder] = {
    nn.Linear: dense,
    nn.Conv2d: conv2d,
    nn.AvgPool2d: avg_pool2d,
    SequenceAvgPool: avg_pool1d,
}


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
    layer.set_weights([each.detach().numpy() for each in _attention_weights(module)])
    return outputs


def _attention_weights(module: SelfAttention) -> list[Tensor]:
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


def recurrent(module: Recurrent, inputs: MaskedValues) -> MaskedValues:
    """``LSTM``, ``GRU`` or ``SimpleRNN``; padding comes after all states that are used."""
    cells = module.cells
    layer = _LAYERS[cells.mode](cells.hidden_size, return_sequences=True)
    states = inputs.to(apply_layer(layer, inputs.values, *_cell_weights(cells)))
    return states if module.every else last_step(module, states)


def _cell_weights(cells: nn.RNNBase) -> list[Tensor]:
    """Keras's weights, with the gates of a GRU in its order; those of an LSTM are the same."""
    gru = cells.mode == "GRU"
    weights = [_update_first(each) if gru else each for each in cells.all_weights[0]]
    from_input, from_state, input_bias, state_bias = weights
    # The reset gate of a GRU comes between the two biases, so Keras keeps them apart too.
    bias = torch.stack([input_bias, state_bias]) if gru else input_bias + state_bias
    return [from_input.T, from_state.T, bias]


def _update_first(weight: Tensor) -> Tensor:
    """The gates of a GRU: reset, update, new -> update, reset, new."""
    reset, update, new = weight.chunk(3)
    return torch.cat([update, reset, new])


def bidirectional(module: BidirectionalBlock, inputs: MaskedValues) -> MaskedValues:
    """``Concatenate`` of the layers' outputs for a sequence and for its reverse."""
    forwards = build_layers(module.forwards, inputs)
    backwards = build_layers(module.backwards, _reverse(inputs))
    if len(backwards.values.shape) == 3:
        backwards = _reverse(backwards)
    return forwards.to(layers.Concatenate()([forwards.values, backwards.values]))


def _reverse(inputs: MaskedValues) -> MaskedValues:
    """The sequences, each reversed within its own length."""
    if inputs.lengths is None:
        return inputs.to(ops.flip(inputs.values, axis=1))
    positions = inputs.positions
    index = ops.where(positions < inputs.lengths, inputs.lengths - 1 - positions, positions)
    return inputs.to(ops.take_along_axis(inputs.values, index[..., None], axis=1))


def residual(module: ResidualBlock, inputs: MaskedValues) -> MaskedValues:
    """``Add`` of the layers' outputs and the input, which is brought to their shape."""
    through, around = build_layers(module.body, inputs), _shortcut(module.shortcut, inputs)
    return through.to(layers.Add()([_drop_path(module, through.values), around.values]))


def _drop_path(module: ResidualBlock, values: Any) -> Any:
    """``Dropout`` of whole examples, which does nothing unless the model is trained further."""
    if module.drop_path == 0:
        return values
    shape = (None, *[1] * (len(values.shape) - 1))
    return layers.Dropout(module.drop_path, noise_shape=shape)(values)


def _shortcut(module: nn.Module, inputs: MaskedValues) -> MaskedValues:
    if isinstance(module, nn.Identity):
        return inputs
    for step in module if isinstance(module, nn.Sequential) else [module]:
        inputs = _STEPS[type(step)](step, inputs)
    return inputs


def squeeze_excite(module: SqueezeExciteBlock, inputs: MaskedValues) -> MaskedValues:
    """``Multiply`` by a weight for each channel, which is computed from the means of all."""
    first, relu, last, sigmoid = module.weigh
    means = inputs.to(layers.GlobalAveragePooling2D(keepdims=True)(inputs.values))
    weights = activation(sigmoid, dense(last, activation(relu, dense(first, means))))
    return inputs.to(layers.Multiply()([inputs.values, weights.values]))
