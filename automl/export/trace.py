"""A model as a graph that needs none of our code. Importing this imports torch.

Left alone, PyTorch's tracing unrolls a recurrent layer into a piece of graph for each step: slow to
write, large, and for sequences of that one length only. So a recurrent layer is traced as an
operator of our own, which stands for PyTorch's operator of the same name.

Source: https://docs.pytorch.org/docs/stable/export.html.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.nn import functional

from automl.core.data_types import PADDING, Tokens
from automl.data.encoding import Encoding
from automl.export.bundle import Bundle
from automl.export.quantization import is_fp16_candidate

OPERATORS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
_SCHEMA = (
    "{name}(Tensor input, {state} hx, Tensor[] params, bool has_biases, int num_layers, "
    "float dropout, bool train, bool bidirectional, bool batch_first) -> {outputs}"
)
_LIBRARY: Any = torch.library.Library(  # type: ignore[no-untyped-call]
    "automl", "DEF"
)


def trace_bundle(bundle: Bundle, fp16: bool = False) -> ExportedProgram:
    """The graph of a bundle's model, from raw batches of any size to outputs.

    Texts may have any length up to that of the encoding; layers with a stride see them padded to
    that length. Recurrent layers are operators of our own: ``with_pytorch_operators`` and
    ``onnx_graph`` replace them by those of the format.

    Args:
        bundle: Bundle with the weights.
        fp16: Whether the graph stores matrices in 16 bits.
    """
    encoding = bundle.facts.encoding
    # Of two examples, because PyTorch takes a size of 1 to be constant.
    batch = torch.zeros(2, *encoding.raw_shape, dtype=getattr(torch, encoding.dtype))
    axes = _dynamic_axes(encoding)
    with torch.no_grad():
        return torch.export.export(
            _traceable_model(bundle, fp16), (batch,), dynamic_shapes=(axes,), strict=False
        )


def _traceable_model(bundle: Bundle, fp16: bool) -> nn.Module:
    model, shape = bundle.model(), bundle.facts.encoding.shape
    strides = isinstance(shape, Tokens) and model.stride > 1
    ready = traceable(FullLengthModel(model, shape[0]) if strides else model)
    return Fp16Model(ready) if fp16 else ready


def _dynamic_axes(encoding: Encoding) -> dict[int, Any]:
    axes = {0: Dim("batch")}
    if isinstance(encoding.shape, Tokens) and encoding.shape.length > 1:
        axes[1] = Dim("length", max=encoding.shape.length)
    return axes


class FullLengthModel(nn.Module):
    """A model of texts that first pads each batch to full length, which changes no output.

    PyTorch 2.3 cannot trace a stride over an unknown length; later versions can unless the length
    may shrink to 1.

    Args:
        model: Model of int32 (N, up to ``length``).
        length: Most tokens that a text can have.
    """

    def __init__(self, model: nn.Module, length: int) -> None:
        super().__init__()
        self.model = model
        self.length = length

    def forward(self, raw: Tensor) -> Tensor:
        """The model's outputs for int32 (N, up to ``length``)."""
        # Padded too much and then cut, because padding of length 0 cannot be traced either.
        filled = functional.pad(raw, (0, self.length), value=PADDING)[:, : self.length]
        outputs: Tensor = self.model(filled)
        return outputs


class Fp16Model(nn.Module):
    """A model that stores its matrices in 16 bits and computes in float32, to be traced.

    Args:
        model: Model in eval mode; its parameters are changed.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        for parameter in model.parameters():
            parameter.requires_grad_(False)
            if is_fp16_candidate(parameter):
                parameter.data = parameter.data.half()

    def forward(self, raw: Tensor) -> Tensor:
        """The model's outputs."""
        weights = {name: each.float() for name, each in self.model.named_parameters()}
        outputs: Tensor = torch.func.functional_call(self.model, weights, (raw,))
        return outputs


class TracedRecurrent(nn.Module):
    """An LSTM, a GRU or a plain RNN that is traced as one operator.

    Args:
        layer: Layer without a projection, for batches.
    """

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer = layer
        self.operator = operator(layer.mode.lower())

    def forward(self, inputs: Tensor) -> tuple[Tensor, Any]:
        """The layer's outputs in eval mode, from a state of zeros."""
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
    """Our operator that stands for PyTorch's operator of that name."""
    return getattr(torch.ops.automl, name).default


def traceable(module: nn.Module) -> nn.Module:
    """A copy of ``module``, in eval mode, whose recurrent layers are traced as one operator."""
    ready = copy.deepcopy(module)
    for name, layer in list(ready.named_modules()):
        if isinstance(layer, nn.RNNBase):
            parent, _, child = name.rpartition(".")
            setattr(ready.get_submodule(parent), child, TracedRecurrent(layer))
    return ready.eval()


def with_pytorch_operators(program: ExportedProgram) -> ExportedProgram:
    """The program with our operators replaced by PyTorch's, so that it needs none of our code."""
    originals = {operator(name): getattr(torch.ops.aten, name).input for name in OPERATORS}
    for node in program.graph.nodes:
        node.target = originals.get(node.target, node.target)
    program.graph_module.recompile()
    return program


def _outputs_of(inputs: Tensor, hx: Any, *settings: Any) -> tuple[Tensor, ...]:
    """Empty tensors of the outputs' shapes, which PyTorch asks for while it traces."""
    *_, bidirectional, batch_first = settings
    states = hx if isinstance(hx, list) else [hx]
    width = states[0].shape[2] * (2 if bidirectional else 1)
    # Steps come first in memory, as in PyTorch's own outputs: tracing depends on the layout.
    steps = inputs.transpose(0, 1) if batch_first else inputs
    outputs = steps.new_empty((*steps.shape[:2], width))
    if batch_first:
        outputs = outputs.transpose(0, 1)
    return outputs, *(torch.empty_like(state) for state in states)


def _define(name: str) -> None:
    """Register our operator of that name with PyTorch."""
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
