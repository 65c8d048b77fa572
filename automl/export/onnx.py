"""ONNX: the format that most other software runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from automl.core.errors import ExportError
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.quantization import Quantization, QuantizationKind
from automl.export.runtime import Inputs, ModelFunction, Outputs, input_name, output_name
from automl.export.sidecars import Software

# The newest opset in which ONNX Runtime runs every layer: from 23 on, PyTorch writes attention as
# one operator, for which ONNX Runtime 1.32 does not accept a padding mask.
OPSET: Final = 22


def load_model(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs."""
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    name = session.get_inputs()[0].name
    return lambda inputs: session.run(None, {name: inputs})[0]


class Onnx(Exporter):
    """``.onnx`` in opset 22, run by ONNX Runtime (https://onnx.ai)."""

    file: ClassVar[str] = "model.onnx"
    software: ClassVar[Software] = Software(
        usage="""\
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
(outputs,) = session.run(None, {session.get_inputs()[0].name: inputs})
""",
        load_model=load_model,
        packages=("onnxruntime",),
    )
    quantizations: ClassVar[tuple[QuantizationKind, ...]] = ("int8", "fp16")

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Translates the traced graph, which PyTorch can do from 2.5 on."""
        import torch

        # Compares as a version, not as text.
        if torch.__version__ < "2.5":
            raise ExportError(
                f"the format onnx needs torch 2.5 or newer (installed: {torch.__version__}): "
                "pip install --upgrade torch torchvision, or export as torch_export"
            )
        self._translate(bundle, folder / self.file)
        if quantization is not None:
            from automl.export.onnx_graph import quantize

            quantize(folder / self.file, quantization)

    def _translate(self, bundle: Bundle, file: Path) -> None:
        import torch

        from automl.export.onnx_graph import translations
        from automl.export.trace import trace_bundle

        torch.onnx.export(
            trace_bundle(bundle),
            (),
            file,
            dynamo=True,
            external_data=False,
            opset_version=OPSET,
            input_names=[input_name(bundle.facts.encoding)],
            output_names=[output_name(bundle.facts.target)],
            custom_translation_table=translations(),
            verbose=False,
        )

    def load(self, folder: Path) -> ModelFunction:
        """Opens a session on the CPU."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            folder / self.file, options, providers=["CPUExecutionProvider"]
        )
        name = session.get_inputs()[0].name

        def run(inputs: Inputs) -> Outputs:
            outputs: Outputs = session.run(None, {name: inputs})[0]
            return outputs

        return run
