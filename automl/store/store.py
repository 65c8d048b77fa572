"""The folder that all studies are in, and what they share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from automl.store.disk import not_writable
from automl.store.study_folder import EXHIBITS, RECORD, StudyFolder


@dataclass(frozen=True)
class Store:
    """A results folder: the studies in it and the journal they share."""

    root: Path

    @property
    def journal(self) -> Path:
        """The file that holds every study's trials; what optuna-dashboard opens."""
        return self.root / "studies.journal"

    @property
    def artifacts(self) -> Path:
        """What the dashboard shows per trial."""
        return self.root / EXHIBITS

    def prepare(self) -> None:
        """Make the folder and see that it can be written.

        Raises:
            StudyError: if it cannot.
        """
        probe = self.root / f".write-test.{os.getpid()}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise not_writable(self.root, error) from error

    def study(self, name: str) -> StudyFolder:
        """The folder of the study ``name``, begun or not."""
        return StudyFolder(self.root / name)

    def names(self) -> tuple[str, ...]:
        """Every study that was begun here."""
        return tuple(sorted(file.parent.name for file in self.root.glob(f"*/{RECORD}")))
