"""Recurrent layers, in one direction and in both."""

from __future__ import annotations

import torch
from keras import layers, ops
from torch import Tensor, nn

from automl.export.keras.layers import build_layers
from automl.export.keras.layers.pooling import last_step
from automl.export.keras.masked_values import MaskedValues, apply_layer
from automl.models.modules.sequence import BidirectionalBlock, Recurrent

_LAYERS = {"LSTM": layers.LSTM, "GRU": layers.GRU, "RNN_TANH": layers.SimpleRNN}


def recurrent(module: Recurrent, inputs: MaskedValues) -> MaskedValues:
    """``LSTM``, ``GRU`` or ``SimpleRNN``; padding comes after all states that are used."""
    cells = module.cells
    layer = _LAYERS[cells.mode](cells.hidden_size, return_sequences=True)
    states = inputs.to(apply_layer(layer, inputs.values, *_weights(cells)))
    return states if module.every else last_step(module, states)


def _weights(cells: nn.RNNBase) -> list[Tensor]:
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
