"""Recurrent layers as one operator each in a traced graph. Importing this imports torch.

Left alone, PyTorch's tracing unrolls a recurrent layer into a piece of graph for each step: slow to
write, large, and for sequences of that one length only. So a layer is traced as an operator of our
own that stands for the operator of PyTorch of the same name.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

OPERATORS = ("lstm", "gru", "rnn_tanh", "rnn_relu")

_SCHEMA = (
    "{name}(Tensor input, {state} hx, Tensor[] params, bool has_biases, int num_layers, "
    "float dropout, bool train, bool bidirectional, bool batch_first) -> {outputs}"
)
_LIBRARY: Any = torch.library.Library(  # type: ignore[no-untyped-call]
    "automl", "DEF"
)


class TracedRecurrent(nn.Module):
    """An LSTM, a GRU or a plain RNN that is traced as one operator.

    Args:
        layer: Takes batches, and has no projection.
    """

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer = layer
        self.operator = operator(layer.mode.lower())

    def forward(self, inputs: Tensor) -> tuple[Tensor, Any]:
        """As the layer's own in eval mode, from a state of zeros."""
        layer = self.layer
        weights = [each for weights in layer.all_weights for each in weights]
        outputs, *states = self.operator(
            inputs,
            self._zeros(inputs),
            weights,
            layer.bias,
            layer.num_layers,
            0.0,
            False,
            layer.bidirectional,
            layer.batch_first,
        )
        return outputs, tuple(states) if len(states) > 1 else states[0]

    def _zeros(self, inputs: Tensor) -> Tensor | list[Tensor]:
        layer = self.layer
        batch = inputs.shape[0 if layer.batch_first else 1]
        layers = layer.num_layers * (2 if layer.bidirectional else 1)
        zeros = inputs.new_zeros(layers, batch, layer.hidden_size)
        return [zeros, zeros] if layer.mode == "LSTM" else zeros


def operator(name: str) -> Any:
    """Our operator that stands for PyTorch's of that name."""
    return getattr(torch.ops.automl, name).default


def traceable(module: nn.Module) -> nn.Module:
    """A copy of ``module``, in eval mode, whose recurrent layers are traced as one operator."""
    ready = copy.deepcopy(module)
    for name, layer in list(ready.named_modules()):
        if isinstance(layer, nn.RNNBase):
            parent, _, child = name.rpartition(".")
            setattr(ready.get_submodule(parent), child, TracedRecurrent(layer))
    return ready.eval()


def plain(program: ExportedProgram) -> ExportedProgram:
    """The program with PyTorch's operators in place of ours, so that it needs none of our code."""
    originals = {operator(name): getattr(torch.ops.aten, name).input for name in OPERATORS}
    for node in program.graph.nodes:
        node.target = originals.get(node.target, node.target)
    program.graph_module.recompile()
    return program


def _outputs_of(inputs: Tensor, hx: Any, *settings: Any) -> tuple[Tensor, ...]:
    """Empty tensors of the right shapes; PyTorch asks for them while it traces."""
    *_, bidirectional, batch_first = settings
    states = hx if isinstance(hx, list) else [hx]
    width = states[0].shape[2] * (2 if bidirectional else 1)
    # In memory the steps come first, as PyTorch computes them: tracing goes by the layout.
    steps = inputs.transpose(0, 1) if batch_first else inputs
    outputs = steps.new_empty((*steps.shape[:2], width))
    if batch_first:
        outputs = outputs.transpose(0, 1)
    return outputs, *(torch.empty_like(state) for state in states)


def _define(name: str) -> None:
    state, outputs = "Tensor", "(Tensor, Tensor)"
    if name == "lstm":
        state, outputs = "Tensor[]", "(Tensor, Tensor, Tensor)"
    _LIBRARY.define(_SCHEMA.format(name=name, state=state, outputs=outputs))
    _LIBRARY.impl(name, getattr(torch.ops.aten, name).input, "CompositeExplicitAutograd")
    # Renamed in torch 2.4.
    register = getattr(torch.library, "register_fake", None) or torch.library.impl_abstract
    register(f"automl::{name}", _outputs_of, lib=_LIBRARY)


for _name in OPERATORS:
    _define(_name)
