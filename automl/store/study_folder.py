"""What lies where in the folder of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from automl.core.errors import StudyError
from automl.store.disk import not_writable, write_text
from automl.store.trial_folder import TrialFolder

# All that it takes to go on with a study; a folder with one is a study's.
RECORD = "study.yaml"
# Files that the dashboard shows; beside the studies, which share it.
EXHIBITS = "artifacts"


@dataclass(frozen=True)
class StudyFolder:
    """One study's folder: study.yaml, trials/, best/."""

    path: Path

    @property
    def name(self) -> str:
        """The study's name."""
        return self.path.name

    def trial(self, number: int) -> TrialFolder:
        """The folder of one trial, begun or not."""
        return TrialFolder(self.path / "trials" / f"{number:04d}")

    @property
    def best(self) -> Path:
        """Where the best model's bundle is."""
        return self.path / "best"

    @property
    def ensemble(self) -> Path:
        """Where the bundle is of several models that answer as one."""
        return self.path / "ensemble"

    def exported(self, format: str) -> Path:
        """Where a model goes that is exported without another place being named."""
        return self.path / "exported" / format

    @property
    def final(self) -> Path:
        """Where everything is that the final model was made of."""
        return self.path / "final"

    def refit(self, trial: int, seed: int) -> Path:
        """The folder of one refit of a finalist."""
        return self.final / "refits" / f"{trial:04d}-{seed}"

    def last_fit(self, trial: int) -> Path:
        """The folder of a finalist's training on train and validation together."""
        return self.final / "models" / f"{trial:04d}"

    @property
    def exhibits(self) -> Path:
        """Where files go that the dashboard shows; the studies of a results folder share it."""
        return self.path.parent / EXHIBITS

    @property
    def log(self) -> Path:
        """Where the tool writes what went wrong inside it."""
        return self.path / "automl.log"

    @property
    def lock(self) -> Path:
        """The file by which processes that work on the study take turns."""
        return self.path / ".lock"

    @property
    def final_progress(self) -> Path:
        """Where the process that makes the final model says how far it is."""
        return self.final / "progress.json"

    @property
    def final_lock(self) -> Path:
        """The file by which processes that would make the final model take turns."""
        return self.path / ".final.lock"

    def exists(self) -> bool:
        """Whether a study was begun here."""
        return (self.path / RECORD).is_file()

    def create(self, record: Mapping[str, Any]) -> None:
        """Begin the study: write study.yaml. Multi-line texts stay readable.

        Raises:
            StudyError: if the folder cannot be written.
        """
        from ruamel.yaml import YAML
        from ruamel.yaml.scalarstring import LiteralScalarString

        plain = {
            key: LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
            for key, value in record.items()
        }
        text = StringIO()
        YAML().dump(plain, text)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_text(self.path / RECORD, text.getvalue())
        except OSError as error:
            raise not_writable(self.path, error) from error

    def record(self) -> dict[str, Any]:
        """What study.yaml holds.

        Raises:
            StudyError: if it is missing or is not what this tool writes.
        """
        from ruamel.yaml import YAML

        file = self.path / RECORD
        try:
            found = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise StudyError(f"{file}: cannot be read ({error.strerror})") from error
        except Exception as error:
            raise StudyError(f"{file}: is damaged ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise StudyError(f"{file}: is damaged (not a mapping)")
        return found
