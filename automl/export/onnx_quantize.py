"""Quantization of ONNX models. Importing this imports onnx and ONNX Runtime.

Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnx
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

# Inputs that ranges are learned from, and how many are run at once.
CALIBRATION: Final = 256
AT_ONCE: Final = 32
# Operators for which ONNX Runtime's guide recommends ranges computed anew for every input.
_DYNAMIC: Final = {"LSTM", "GRU", "RNN", "Softmax"}
# Operators that are quantized. Those that scale columns stay in float32: for prices in the hundred
# thousands, 8 bits would leave steps of thousands.
_PRODUCTS: Final = ("Conv", "Gemm", "MatMul")
_EMBEDDING: Final = "Gather"  # most of the bytes of a model that reads words


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
