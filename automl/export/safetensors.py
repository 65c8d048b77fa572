"""The weights as they are, for PyTorch and this package."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from automl.export.bundle import WEIGHTS, Bundle
from automl.export.exporter import Exporter
from automl.export.quantization import Kind, Quantization
from automl.export.run import Run, run_module
from automl.export.software import SAFETENSORS, Software


class Safetensors(Exporter):
    """Weights alone, nothing that runs (https://huggingface.co/docs/safetensors)."""

    file: ClassVar[str] = WEIGHTS
    software: ClassVar[Software] = SAFETENSORS
    quantizations: ClassVar[tuple[Kind, ...]] = ("fp16",)

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Adds nothing: every bundle has the weights."""

    def load(self, folder: Path) -> Run:
        """Builds the network of ``bundle.json`` and gives it the weights."""
        return run_module(Bundle.load(folder).model())
