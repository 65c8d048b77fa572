"""The weights as they are, for PyTorch and this package."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from automl.export.bundle import USAGE, WEIGHTS, Bundle
from automl.export.exporter import Exporter
from automl.export.run import Run, run_module


class Safetensors(Exporter):
    """Weights alone, nothing that runs (https://huggingface.co/docs/safetensors)."""

    file: ClassVar[str] = WEIGHTS
    usage: ClassVar[str] = USAGE

    def write(self, bundle: Bundle, folder: Path) -> None:
        """Adds nothing: every bundle has the weights."""

    def load(self, folder: Path) -> Run:
        """Builds the network of ``bundle.json`` and gives it the weights."""
        return run_module(Bundle.load(folder).model())
