"""What every export format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from automl.export.bundle import Bundle
from automl.export.quantization import Kind, Quantization
from automl.export.run import Run
from automl.export.software import Software


class Exporter(ABC):
    """A file format for models, and the software that runs it. Stateless."""

    file: ClassVar[str]
    """Name of the file it writes: ``model`` and a suffix."""

    software: ClassVar[Software]
    """What runs it."""

    quantizations: ClassVar[tuple[Kind, ...]] = ()
    """What it can make of the weights."""

    timed: ClassVar[bool] = True
    """Whether a call of what ``load`` gives takes as long as the format's software takes."""

    @abstractmethod
    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Write a model, preprocessing included, that takes batches of any length.

        Args:
            bundle: Has the weights.
            folder: Where ``file`` goes. ``bundle.json`` and the weights are there already.
            quantization: One of ``quantizations``, or None to keep float32.
        """

    @abstractmethod
    def load(self, folder: Path) -> Run:
        """The model in ``file``, run by the format's own software on one thread of the CPU.

        For files of one's own alone: such software may run code that a file holds.
        """
