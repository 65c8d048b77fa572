"""ONNX with smaller numbers. Importing this imports onnx and ONNX Runtime.

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

from automl.export.half import is_matrix
from automl.export.quantization import Quantization
from automl.export.run import Inputs
from automl.export.samples import places, trim

CALIBRATION: Final = 256
AT_ONCE: Final = 32
# With one of these, ONNX Runtime's guide has ranges learned anew for every input.
_DYNAMIC: Final = {"LSTM", "GRU", "RNN", "Softmax"}
# Weights and what they are multiplied by. Scaling columns and bringing values to their own units
# stay in float32: of prices in the hundred thousands, 8 bits would leave steps of thousands.
_PRODUCTS: Final = ("Conv", "Gemm", "MatMul")
_EMBEDDING: Final = "Gather"  # most of the bytes of a model that reads words


def quantize(file: Path, quantization: Quantization) -> None:
    """Write the model in ``file`` anew, in place."""
    if quantization.kind == "fp16":
        _to_half(file)
    else:
        _to_int8(file, quantization.calibration)


def _to_half(file: Path) -> None:
    """Keep matrices in 16 bits, each behind a cast, which ONNX Runtime does once, on loading."""
    model = onnx.load(file)
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type == TensorProto.FLOAT and is_matrix(weight.dims):
            name, kept = weight.name, f"{weight.name}.half"
            half = numpy_helper.to_array(weight).astype(np.float16)
            weight.CopyFrom(numpy_helper.from_array(half, kept))
            casts.append(helper.make_node("Cast", [kept], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, file)


def _to_int8(file: Path, calibration: Inputs) -> None:
    """Ranges of activations are learned from inputs for convolutions, else found for each call.

    Weights have 7 bits: with 8, processors without VNNI would cut sums off, and what the gate
    measured on one machine would not hold on another.
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
        nodes_to_exclude=[nodes[-1].name],  # what the outputs are read from is small, and decides
    )


class _Batches(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Real inputs, as ONNX Runtime asks for them.

    Args:
        name: Of the model's input.
        inputs: (N, …), of which some are taken, evenly spaced.
    """

    def __init__(self, name: str, inputs: Inputs) -> None:
        chosen = np.take(inputs, places(len(inputs), CALIBRATION), axis=0)
        self._batches: Iterator[dict[str, Any]] = (
            {name: trim(chosen[start : start + AT_ONCE])}
            for start in range(0, len(chosen), AT_ONCE)
        )

    def get_next(self) -> dict[str, Any] | None:
        """The next batch, or None."""
        return next(self._batches, None)
