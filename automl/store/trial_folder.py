"""What a study keeps of one trial."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from automl.core.errors import StudyError
from automl.core.inspection import Inspection
from automl.core.leg import Leg, lasting
from automl.core.review import Review
from automl.core.trial import Config, Measurement, TrialResult, TrialSpec
from automl.store import trial_names as names
from automl.store.disk import check_room, write_text


@dataclass(frozen=True)
class TrialFolder:
    """One trial's folder, as ``StudyFolder.trial`` names it."""

    path: Path

    @property
    def number(self) -> int:
        """The trial's number."""
        return int(self.path.name)

    @property
    def study(self) -> Path:
        """The folder of the trial's study."""
        return self.path.parent.parent

    @property
    def weights(self) -> Path:
        """Where the trial keeps its best weights."""
        return self.path / names.WEIGHTS

    @property
    def state(self) -> Path:
        """Where the trial keeps its last checkpoint, until it has ended."""
        return self.path / names.STATE

    @property
    def pulse(self) -> float | None:
        """When the trial last showed that it makes headway, by the clock of its machine."""
        try:
            return (self.path / names.PULSE).stat().st_mtime
        except OSError:
            return None

    def begin(self, spec: TrialSpec, network: Inspection) -> None:
        """Make the folder for an attempt and write the trial's spec and its network there.

        What is left of another trial of that number, which a power cut took from the journal, is
        removed.

        Raises:
            StudyError: if the disk has no room for all that such a trial writes.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if not spec.resume:
            self.drop_state()
            self.drop_weights()
        check_room(self.study, network)
        write_text(self.path / names.SPEC, json.dumps(asdict(spec)))
        write_text(self.path / names.NETWORK, json.dumps(asdict(network)))

    def end(self, result: TrialResult) -> None:
        """Write the trial's full curve, one measurement a line."""
        rows = (json.dumps(asdict(each)) for each in result.measurements)
        write_text(self.path / names.CURVE, "".join(f"{row}\n" for row in rows))

    def curve(self) -> tuple[Measurement, ...]:
        """The trial's full curve; empty if it has none."""
        file = self.path / names.CURVE
        if not file.is_file():
            return ()
        rows = file.read_text(encoding="utf-8").splitlines()
        return tuple(Measurement(**json.loads(row)) for row in rows)

    def review(self) -> Review | None:
        """What the trial's model gets wrong; None if it did not run to its end."""
        from pydantic import TypeAdapter, ValidationError

        try:
            text = (self.path / names.REVIEW).read_text(encoding="utf-8")
            return TypeAdapter(Review).validate_json(text)
        except (OSError, UnicodeDecodeError, ValidationError):
            return None

    def artifacts(self) -> tuple[Path, ...]:
        """Pictures (.png) and tables (.csv) of the trial, for people, by name."""
        folder = self.path / names.ARTIFACTS
        return tuple(sorted(each for each in folder.glob("*.*") if each.is_file()))

    def log(self) -> str:
        """What a trial that failed had to say; empty if there is nothing."""
        try:
            return (self.path / names.LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def config(self) -> dict[str, Any]:
        """The resolved configuration of the trial, as its spec has it.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        config: dict[str, Any] = self._read(names.SPEC)["config"]
        return config

    def spec(self) -> TrialSpec:
        """What the trial's worker was given, at its last attempt.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        found = self._read(names.SPEC)
        return TrialSpec(**{**found, "config": Config(**found["config"])})

    def legs(self) -> tuple[Leg, ...]:
        """The parts that the trial was trained in; empty if that was not kept.

        A part that another one went on from before its end is there up to where that begins.
        """
        try:
            rows = (self.path / names.LEGS).read_text(encoding="utf-8").splitlines()
            return lasting([Leg(**json.loads(row)) for row in rows])
        except (OSError, ValueError, TypeError):  # a crash may have cut it short
            return ()

    def network(self) -> Inspection:
        """The network of the trial, layer by layer.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        found = self._read(names.NETWORK)
        rows = tuple((name, tuple(shape), size) for name, shape, size in found["rows"])
        return Inspection(found["size"], found["flops"], rows)

    def drop_weights(self) -> None:
        """Forget the trial's weights, if it has any."""
        self.weights.unlink(missing_ok=True)

    def drop_state(self) -> None:
        """Forget what the trial would have needed to go on."""
        self.state.unlink(missing_ok=True)
        for name in (names.FINISHED, names.PULSE):
            (self.path / name).unlink(missing_ok=True)

    def _read(self, name: str) -> dict[str, Any]:
        file = self.path / name
        if not file.is_file():
            study = self.study.name
            raise StudyError(f"trial {self.number} of {study!r} has no network: it never ran")
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found
