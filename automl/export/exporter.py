"""What every export format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from automl.export.bundle import Bundle
from automl.export.run import Run


class Exporter(ABC):
    """A file format for models, and the software that runs it. Stateless."""

    file: ClassVar[str]
    """Name of the file it writes: ``model`` and a suffix."""

    usage: ClassVar[str]
    """Python for the model card, to be run in the folder: from ``inputs`` to ``outputs``."""

    @abstractmethod
    def write(self, bundle: Bundle, folder: Path) -> None:
        """Write a model, preprocessing included, that takes batches of any length.

        Args:
            bundle: Has the weights.
            folder: Where ``file`` goes. ``bundle.json`` and the weights are there already.
        """

    @abstractmethod
    def load(self, folder: Path) -> Run:
        """The model in ``file``, run by the format's own software on the CPU.

        For files of one's own alone: such software may run code that a file holds.
        """
