"""What recurrent networks need so that exported ones take sequences of any length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

# Its sigmoid is 1, and that of its negative 0.
_LARGE = 1e4


def traced_states(cells: nn.RNNBase, inputs: Tensor) -> Tensor:
    """All states of an ``LSTM``, ``GRU`` or ``RNN``, as one operation of the graph.

    Args:
        cells: Of one layer and one direction, batch first.
        inputs: (N, length, features), both of any length.
    """
    weights: list[Tensor] = [*cells.all_weights[0]]
    start = inputs.new_zeros(1, inputs.shape[0], cells.hidden_size)
    options = True, 1, 0.0, False, False, True  # biases, one layer, …, batch first
    with _loops_of_any_length():
        if isinstance(cells, nn.LSTM):
            return torch.lstm(inputs, (start, start), weights, *options)[0]
        if isinstance(cells, nn.RNN):
            weights = _with_open_gates(*weights)
        return torch.gru(inputs, start, weights, *options)[0]


def _with_open_gates(
    from_input: Tensor, from_state: Tensor, bias: Tensor, state_bias: Tensor
) -> list[Tensor]:
    """The weights of a GRU that is a plain RNN: PyTorch translates no other to ONNX.

    ``h' = (1 - z) tanh(Wx + r Uh) + z h`` with the gates r = 1 and z = 0, exactly.
    """
    open_gates = torch.cat([torch.full_like(bias, _LARGE), torch.full_like(bias, -_LARGE)])
    matrices = [
        torch.cat([torch.zeros_like(each), torch.zeros_like(each), each])
        for each in (from_input, from_state)
    ]
    no_gates = torch.zeros_like(open_gates)
    return [*matrices, torch.cat([open_gates, bias]), torch.cat([no_gates, state_bias])]


@contextmanager
def _loops_of_any_length() -> Iterator[None]:
    """Let a recurrent network be traced as the one operation that it is.

    torch.export runs PyTorch's decomposition to learn the shape of the states, which unrolls the
    loop and so fixes the length. Here it is told the shape. ``torch.export._patches`` of PyTorch
    replaces the decomposition in the same way, but by a loop that runs far slower.
    """
    aten = torch.ops.aten
    rules = {aten.lstm.input: _lstm_shapes, aten.gru.input: _gru_shapes}
    kept = {operation: dict(operation.py_kernels) for operation in rules}
    composite = torch._C.DispatchKey.CompositeImplicitAutograd
    try:
        for operation, rule in rules.items():
            _set_kernels(operation, {composite: rule})
        yield
    finally:
        for operation, kernels in kept.items():
            _set_kernels(operation, kernels)


def _set_kernels(operation: Any, kernels: dict[Any, Any]) -> None:
    operation.py_kernels.clear()
    operation.py_kernels.update(kernels)
    operation._dispatch_cache.clear()


def _lstm_shapes(
    inputs: Tensor, hidden: Sequence[Tensor], *options: object
) -> tuple[Tensor, Tensor, Tensor]:
    state, cell = hidden
    return _states(inputs, state), torch.empty_like(state), torch.empty_like(cell)


def _gru_shapes(inputs: Tensor, hidden: Tensor, *options: object) -> tuple[Tensor, Tensor]:
    return _states(inputs, hidden), torch.empty_like(hidden)


def _states(inputs: Tensor, hidden: Tensor) -> Tensor:
    return inputs.new_empty(inputs.shape[0], inputs.shape[1], hidden.shape[2])
