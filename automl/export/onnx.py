"""The format that most other software runs."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from automl.core.errors import ExportError
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.interface import input_name, output_name
from automl.export.run import Inputs, Outputs, Run
from automl.export.trace import trace


class Onnx(Exporter):
    """``.onnx`` in PyTorch's default opset, run by ONNX Runtime (https://onnx.ai)."""

    file: ClassVar[str] = "model.onnx"
    usage: ClassVar[str] = """\
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
(outputs,) = session.run(None, {session.get_inputs()[0].name: inputs})
"""

    def write(self, bundle: Bundle, folder: Path) -> None:
        """Translates the graph; needs torch 2.5, the first that translates a traced one."""
        import torch

        # Compares as a version, not as text.
        if torch.__version__ < "2.5":
            raise ExportError(
                f"the format onnx needs torch 2.5 or newer (installed: {torch.__version__}): "
                "pip install --upgrade torch torchvision, or export as torch_export"
            )
        from automl.export.recurrent_onnx import translations

        torch.onnx.export(
            trace(bundle),
            (),
            folder / self.file,
            dynamo=True,
            external_data=False,
            input_names=[input_name(bundle.facts.encoding)],
            output_names=[output_name(bundle.facts.target)],
            custom_translation_table=translations(),
            verbose=False,
        )

    def load(self, folder: Path) -> Run:
        """Opens a session on the CPU."""
        import onnxruntime

        session = onnxruntime.InferenceSession(
            folder / self.file, providers=["CPUExecutionProvider"]
        )

        name = session.get_inputs()[0].name

        def run(inputs: Inputs) -> Outputs:
            outputs: Outputs = session.run(None, {name: inputs})[0]
            return outputs

        return run
