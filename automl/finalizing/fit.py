"""One training of a finalist, whose folder says how far it has come."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from automl.core.trial import Status, TrialResult, TrialSpec
from automl.data.dataset import Dataset
from automl.store import FINISHED, PULSE, STATE, WEIGHTS, write_text

# What a training was begun with; another one in the same folder goes on from nothing of it.
BEGUN = "fit.json"
# How it ended.
ENDED = "result.json"
# What is of this attempt alone, or of this machine.
_OF_ATTEMPT = ("number", "data", "folder", "resume")


@dataclass(frozen=True)
class Fit:
    """A training and its data.

    Args:
        spec: What a worker is given; its number is of this run of the finalisation alone.
        data: What it is trained and measured on.
    """

    spec: TrialSpec
    data: Dataset

    @property
    def folder(self) -> Path:
        """Its own."""
        return Path(self.spec.folder)

    @property
    def weights(self) -> Path:
        """Its best weights, once it has ended."""
        return self.folder / WEIGHTS

    @property
    def pulse(self) -> float | None:
        """When it last showed that it makes headway, by the clock of its machine."""
        try:
            return (self.folder / PULSE).stat().st_mtime
        except OSError:
            return None

    def begin(self) -> Fit:
        """The same, to go on from where it was left; its folder is made, or emptied of others."""
        begun = json.dumps(self._identity(), sort_keys=True)
        if self._read(BEGUN) != begun:
            rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            write_text(self.folder / BEGUN, begun)
        return replace(self, spec=replace(self.spec, resume=True))

    def end(self, result: TrialResult) -> None:
        """Keep how it ended, and drop what it would have needed to go on."""
        from pydantic import TypeAdapter

        text = TypeAdapter(TrialResult).dump_json(result).decode()
        write_text(self.folder / ENDED, text)
        for name in (STATE, FINISHED, PULSE):
            (self.folder / name).unlink(missing_ok=True)

    def result(self) -> TrialResult | None:
        """How it ended; None if it did not, or what was in its folder is of another training."""
        from pydantic import TypeAdapter, ValidationError

        if self._read(BEGUN) != json.dumps(self._identity(), sort_keys=True):
            return None
        try:
            result = TypeAdapter(TrialResult).validate_json(self._read(ENDED))
        except ValidationError:
            return None
        lost = result.status is Status.COMPLETE and not self.weights.is_file()
        return None if lost else result

    def _identity(self) -> dict[str, Any]:
        """What decides its numbers."""
        spec = {key: each for key, each in asdict(self.spec).items() if key not in _OF_ATTEMPT}
        return {**spec, "fingerprint": self.data.fingerprint}

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""
