"""The base class of all export formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from automl.export.bundle import Bundle
from automl.export.quantization import Quantization, QuantizationKind
from automl.export.runtime import ModelFunction
from automl.export.sidecars import Software


class Exporter(ABC):
    """A file format for models, and the software that runs it. Stateless."""

    file: ClassVar[str]
    """Name of the file that it writes: ``model`` and a suffix."""

    software: ClassVar[Software]
    """Software that runs the file."""

    quantizations: ClassVar[tuple[QuantizationKind, ...]] = ()
    """Quantizations that it can write."""

    timed: ClassVar[bool] = True
    """Whether calls of the loaded model take as long as the format's own software."""

    @abstractmethod
    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Write a model, including its preprocessing, that takes batches of any size.

        Args:
            bundle: Bundle with the weights.
            folder: Folder to write ``file`` to, which has ``bundle.json`` and the weights already.
            quantization: One of ``quantizations``, or None to keep float32.

        Raises:
            ExportError: the format cannot express the model.
        """

    @abstractmethod
    def load(self, folder: Path) -> ModelFunction:
        """The model in ``file``, run by the format's own software on one CPU thread.

        Only for files that we wrote ourselves: such software may run code that a file holds.

        Args:
            folder: Folder that ``write`` wrote to.
        """
