"""Recurrent layers."""

from __future__ import annotations

import torch
from keras import layers
from torch import Tensor, nn

from automl.export.keras.flow import Flow, apply
from automl.export.keras.layers.to_vector import last_step
from automl.models.modules.recurrent import Recurrent

_LAYERS = {"LSTM": layers.LSTM, "GRU": layers.GRU, "RNN_TANH": layers.SimpleRNN}


def recurrent(module: Recurrent, flow: Flow) -> Flow:
    """``LSTM``, ``GRU`` or ``SimpleRNN``; padding is run through, for no real state sees it."""
    cells = module.cells
    layer = _LAYERS[cells.mode](cells.hidden_size, return_sequences=True)
    states = flow.to(apply(layer, flow.values, *_weights(cells)))
    return states if module.every else last_step(module, states)


def _weights(cells: nn.RNNBase) -> list[Tensor]:
    """Gates side by side in PyTorch's order, which of an LSTM is Keras's too."""
    gru = cells.mode == "GRU"
    weights = [_update_first(each) if gru else each for each in cells.all_weights[0]]
    from_input, from_state, input_bias, state_bias = weights
    # The reset gate of a GRU comes between the two biases, so Keras has them apart too.
    bias = torch.stack([input_bias, state_bias]) if gru else input_bias + state_bias
    return [from_input.T, from_state.T, bias]


def _update_first(weight: Tensor) -> Tensor:
    """A GRU's gates: reset, update, new -> update, reset, new."""
    reset, update, new = weight.chunk(3)
    return torch.cat([update, reset, new])
