"""The files of a trial that optuna-dashboard shows beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import optuna
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta, upload_artifact


class Exhibits:
    """Copies files to where the dashboard finds them.

    Args:
        folder: Of the files of all studies.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = FileSystemArtifactStore(folder)

    def attach(self, trial: optuna.Trial, files: Iterable[Path]) -> None:
        """Show ``files`` with ``trial``; one of a name that it has already is not shown twice."""
        shown = {each.filename for each in get_all_artifact_meta(trial)}
        for file in files:
            if file.name not in shown:
                upload_artifact(
                    artifact_store=self._store, file_path=str(file), study_or_trial=trial
                )
