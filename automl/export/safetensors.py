"""Safetensors: the weights as they are, for PyTorch and this package."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from automl.export.bundle import WEIGHTS, Bundle
from automl.export.exporter import Exporter
from automl.export.quantization import Quantization, QuantizationKind
from automl.export.runtime import ModelFunction, as_function
from automl.export.sidecars import SAFETENSORS, Software


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
