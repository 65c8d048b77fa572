"""The operators of recurrent layers in ONNX. Importing this imports onnxscript.

Source: https://onnx.ai/onnx/operators/ (LSTM, GRU, RNN).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import onnxscript

from automl.export.trace import OPERATORS, operator

# Untyped, because its types do not know that it takes Python lists as constants.
op: Any = onnxscript.opset18
_OPERATIONS: dict[str, Callable[..., tuple[Any, ...]]] = {
    "lstm": op.LSTM,
    # The reset gate comes after the recurrent product, as in cuDNN and PyTorch.
    "gru": partial(op.GRU, linear_before_reset=1),
    "rnn_tanh": partial(op.RNN, activations=["Tanh", "Tanh"]),
    "rnn_relu": partial(op.RNN, activations=["Relu", "Relu"]),
}
# PyTorch's gates in ONNX's order: input, output, forget, cell for an LSTM; update, reset, new for a
# GRU.
_GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn_tanh": (0,), "rnn_relu": (0,)}


def translations() -> dict[Any, Callable[..., Any]]:
    """Our operators -> the functions that write them, for ``torch.onnx.export``."""
    return {operator(name): _translation(name) for name in OPERATORS}


def _translation(name: str) -> Callable[..., Any]:
    def translate(  # noqa: PLR0913, PLR0917  # PyTorch's own signature
        input: Any,
        hx: Any,
        params: Any,
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> Any:
        directions = 2 if bidirectional else 1
        per_layer = len(params) // num_layers
        outputs = op.Transpose(input, perm=[1, 0, 2]) if batch_first else input
        last = []
        for layer in range(num_layers):
            start, end = [layer * directions], [(layer + 1) * directions]
            states = [op.Slice(each, start, end) for each in (hx if name == "lstm" else [hx])]
            weights = params[layer * per_layer : (layer + 1) * per_layer]
            outputs, *final_states = _layer(name, outputs, states, weights, directions)
            last.append(final_states)
        outputs = op.Transpose(outputs, perm=[1, 0, 2]) if batch_first else outputs
        return outputs, *(op.Concat(*each, axis=0) for each in zip(*last, strict=True))

    return translate


def _layer(
    name: str, inputs: Any, states: Sequence[Any], weights: Sequence[Any], directions: int
) -> list[Any]:
    """(length, batch, features) -> (length, batch, directions * hidden) and the last states."""
    ordered = [_in_onnx_order(each, _GATES[name]) for each in weights]
    per_direction = len(weights) // directions
    inner, outer, *biases = (
        op.Concat(*(op.Unsqueeze(each, [0]) for each in ordered[at::per_direction]), axis=0)
        for at in range(per_direction)
    )
    outputs, *final_states = _OPERATIONS[name](
        inputs,
        inner,
        outer,
        op.Concat(*biases, axis=1) if biases else None,
        None,
        *states,
        hidden_size=weights[1].shape[1],
        direction="bidirectional" if directions == 2 else "forward",
    )
    by_step = op.Transpose(outputs, perm=[0, 2, 1, 3])
    return [op.Reshape(by_step, [0, 0, -1]), *final_states]


def _in_onnx_order(weight: Any, gates: Sequence[int]) -> Any:
    """(gates * hidden, …) with the gates in ONNX's order."""
    hidden = weight.shape[0] // len(gates)
    slices = (op.Slice(weight, [at * hidden], [(at + 1) * hidden], [0]) for at in gates)
    return op.Concat(*slices, axis=0)
