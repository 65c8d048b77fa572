"""Changes to ONNX graphs: quantization, and the operators of recurrent layers.

Importing this imports onnx, onnxscript and ONNX Runtime.

Sources: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html,
https://onnx.ai/onnx/operators/ (LSTM, GRU, RNN).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnx
import onnxscript
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from automl.export.quantization import Quantization, is_matrix
from automl.export.runtime import Inputs, evenly_spaced, trim_padding
from automl.export.trace import OPERATORS, operator

# Inputs that ranges are learned from, and how many are run at once.
CALIBRATION: Final = 256
AT_ONCE: Final = 32
# Operators for which ONNX Runtime's guide recommends ranges computed anew for every input.
_DYNAMIC: Final = {"LSTM", "GRU", "RNN", "Softmax"}
# Operators that are quantized. Those that scale columns stay in float32: for prices in the hundred
# thousands, 8 bits would leave steps of thousands.
_PRODUCTS: Final = ("Conv", "Gemm", "MatMul")
_EMBEDDING: Final = "Gather"  # most of the bytes of a model that reads words
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


def quantize(file: Path, quantization: Quantization) -> None:
    """Quantize the model in ``file``, in place."""
    if quantization.kind == "fp16":
        _to_fp16(file)
    else:
        _to_int8(file, quantization.calibration)


def _to_fp16(file: Path) -> None:
    """Store matrices in 16 bits, each before a cast that ONNX Runtime runs once, on loading."""
    model = onnx.load(file)
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type == TensorProto.FLOAT and is_matrix(weight.dims):
            name, kept = weight.name, f"{weight.name}.half"
            rounded = numpy_helper.to_array(weight).astype(np.float16)
            weight.CopyFrom(numpy_helper.from_array(rounded, kept))
            casts.append(helper.make_node("Cast", [kept], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, file)


def _to_int8(file: Path, calibration: Inputs) -> None:
    """Store weights in 8 bits, of which 7 are used.

    With 8, sums would overflow on processors without VNNI, so that a model that passed the gate on
    one machine would be worse on another. Ranges of activations are learned from inputs for
    convolutions, and computed in each call for other networks.
    """
    operators = {node.op_type for node in onnx.load(file).graph.node}
    with TemporaryDirectory() as scratch:
        ready = Path(scratch) / "ready.onnx"
        quant_pre_process(file, ready)
        if "Conv" in operators and not operators & _DYNAMIC:
            _with_learned_ranges(ready, file, calibration)
        else:
            quantize_dynamic(ready, file, per_channel=True, reduce_range=True)


def _with_learned_ranges(ready: Path, file: Path, calibration: Inputs) -> None:
    nodes = [node for node in onnx.load(ready).graph.node if node.op_type in _PRODUCTS]
    quantize_static(
        ready,
        file,
        _Batches(onnx.load(ready).graph.input[0].name, calibration),
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=[*_PRODUCTS, _EMBEDDING],
        nodes_to_exclude=[nodes[-1].name],  # the output layer is small, and decides
    )


class _Batches(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Real inputs in batches, as ONNX Runtime asks for them.

    Args:
        name: Name of the model's input.
        inputs: Inputs, (N, …), of which up to ``CALIBRATION`` are used, evenly spaced.
    """

    def __init__(self, name: str, inputs: Inputs) -> None:
        chosen = np.take(inputs, evenly_spaced(len(inputs), CALIBRATION), axis=0)
        self._batches: Iterator[dict[str, Any]] = (
            {name: trim_padding(chosen[start : start + AT_ONCE])}
            for start in range(0, len(chosen), AT_ONCE)
        )

    def get_next(self) -> dict[str, Any] | None:
        """The next batch, or None."""
        return next(self._batches, None)


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
