"""The formats that PyTorch runs: the weights alone, and torch.export's model without its code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.export.bundle import WEIGHTS, Bundle
from automl.export.exporter import Exporter
from automl.export.quantization import Quantization, QuantizationKind
from automl.export.runtime import ModelFunction, as_function
from automl.export.sidecars import SAFETENSORS, Software

if TYPE_CHECKING:
    from torch.export import ExportedProgram


class Safetensors(Exporter):
    """Weights without any code (https://huggingface.co/docs/safetensors)."""

    file: ClassVar[str] = WEIGHTS
    software: ClassVar[Software] = SAFETENSORS
    quantizations: ClassVar[tuple[QuantizationKind, ...]] = ("fp16",)

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Writes nothing: every bundle has the weights."""

    def load(self, folder: Path) -> ModelFunction:
        """Builds the network in ``bundle.json`` and loads the weights."""
        return as_function(Bundle.load(folder).model())


def load_model(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs. Loading such a file can run code."""
    import torch

    model = torch.export.load(folder / "model.pt2").module()

    def run(inputs: Any) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(inputs)).numpy()

    return run


class TorchExport(Exporter):
    """``.pt2``, run by PyTorch (https://docs.pytorch.org/docs/stable/export.html).

    PyTorch's loader trusts the file, which can hold pickles, libraries and calls to any function.
    """

    file: ClassVar[str] = "model.pt2"
    software: ClassVar[Software] = Software(
        usage="""\
import torch

# Only if you trust where the file comes from: loading it can run code.
model = torch.export.load("model.pt2").module()
with torch.inference_mode():
    outputs = model(torch.from_numpy(inputs)).numpy()
""",
        load_model=load_model,
        packages=("torch",),
    )
    # PyTorch has moved 8-bit quantization to torchao.
    quantizations: ClassVar[tuple[QuantizationKind, ...]] = ("fp16",)

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Traces the model and saves the graph."""
        import torch

        from automl.export.trace import trace_bundle, with_pytorch_operators

        program = with_pytorch_operators(trace_bundle(bundle, fp16=quantization is not None))
        _take_commas_from_paths(program)
        torch.export.save(program, folder / self.file)

    def load(self, folder: Path) -> ModelFunction:
        """Loads the graph."""
        import torch

        return as_function(torch.export.load(folder / self.file).module())


def _take_commas_from_paths(program: ExportedProgram) -> None:
    """PyTorch 2.3 calls a layer ``getattr(body, '0')`` and cannot read the comma back."""
    for node in program.graph.nodes:
        layers = node.meta.get("nn_module_stack", {})
        layers.update({key: (path.replace(",", ""), kind) for key, (path, kind) in layers.items()})
