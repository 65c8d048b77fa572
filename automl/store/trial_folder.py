"""What a study keeps of one trial, and how its files are called."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from automl.core.error_analysis import ErrorAnalysis
from automl.core.errors import StudyError
from automl.core.machine import write_text
from automl.core.records import NetworkProfile, from_stored, to_stored
from automl.core.trial import (
    Config,
    Measurement,
    Segment,
    TrialResult,
    TrialSpec,
    surviving_segments,
)
from automl.store.disk import check_room

# A trial's best weights; kept for the best few trials.
WEIGHTS = "weights.safetensors"
# The last checkpoint of a trial that has not ended.
STATE = "state.pt"
# The curve of a trial that trained to its end, until the study is told.
FINISHED = "finished.json"
# Error analysis of a trial that trained to its end.
REVIEW = "review.json"
# Folder of plots and tables for people.
ARTIFACTS = "artifacts"
# Log of a trial that failed.
LOG = "log.txt"
# A line for each segment of the training.
SEGMENTS = "legs.jsonl"
# Heartbeat: touched about once a second while the trial runs.
HEARTBEAT = "pulse"
# Spec of the last attempt.
SPEC = "spec.json"
# The network, layer by layer.
NETWORK = "network.json"
# The full curve, one measurement a line.
CURVE = "curve.jsonl"


@dataclass(frozen=True)
class TrialFolder:
    """The folder of one trial.

    Args:
        path: The folder.
    """

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
        """File of the best weights."""
        return self.path / WEIGHTS

    @property
    def state(self) -> Path:
        """File of the last checkpoint, until the trial has ended."""
        return self.path / STATE

    @property
    def heartbeat(self) -> float | None:
        """Time of the last heartbeat, in seconds since the epoch by the clock of its machine."""
        try:
            return (self.path / HEARTBEAT).stat().st_mtime
        except OSError:
            return None

    def begin(self, spec: TrialSpec, network: NetworkProfile) -> None:
        """Make the folder for an attempt, with the trial's spec and its network.

        Unless the trial resumes, files of an earlier trial with the same number are removed: a
        power cut may have taken that trial from the journal.

        Raises:
            StudyError: if the disk has no room for the trial.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if not spec.resume:
            self.drop_state()
            self.drop_weights()
        check_room(self.study, network)
        self._describe(spec, network)

    def end(self, result: TrialResult, spec: TrialSpec, network: NetworkProfile) -> None:
        """Write the full curve, and again what ``begin`` wrote if it was deleted meanwhile."""
        self.path.mkdir(exist_ok=True)
        if not (self.path / SPEC).is_file():
            self._describe(spec, network)
        rows = (json.dumps(asdict(each)) for each in result.measurements)
        write_text(self.path / CURVE, "".join(f"{row}\n" for row in rows))

    def curve(self) -> tuple[Measurement, ...]:
        """The trial's full curve; empty if it has none, or it is damaged."""
        try:
            rows = (self.path / CURVE).read_text(encoding="utf-8").splitlines()
            return tuple(Measurement(**json.loads(row)) for row in rows)
        except (OSError, ValueError, TypeError):
            return ()

    def review(self) -> ErrorAnalysis | None:
        """Error analysis of the trial's model; None if the trial did not run to its end."""
        return read_review(self.path / REVIEW)

    def artifacts(self) -> tuple[Path, ...]:
        """Plots (.png) and tables (.csv) of the trial, by name."""
        folder = self.path / ARTIFACTS
        return tuple(sorted(each for each in folder.glob("*.*") if each.is_file()))

    def log(self) -> str:
        """Log of a trial that failed; empty if there is none."""
        try:
            return (self.path / LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def config(self) -> dict[str, Any]:
        """The resolved configuration of the trial, as its spec has it.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        config: dict[str, Any] = self._read(SPEC)["config"]
        return config

    def spec(self) -> TrialSpec:
        """The spec of the last attempt.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        found = self._read(SPEC)
        return from_stored(TrialSpec, {**found, "config": Config(**found["config"])})

    def trained_spec(self) -> TrialSpec:
        """The spec that repeats the training of the trial: as long, whatever limit there was then.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        spec, segments = self.spec(), self.segments()
        epochs = segments[-1].epochs if segments else None
        return replace(spec, epochs=epochs or spec.epochs, max_seconds=None)

    def segments(self) -> tuple[Segment, ...]:
        """The segments of the training that are in the final weights; empty if unknown."""
        try:
            rows = (self.path / SEGMENTS).read_text(encoding="utf-8").splitlines()
            return surviving_segments([from_stored(Segment, json.loads(row)) for row in rows])
        except (OSError, ValueError, TypeError):  # a crash may have cut it short
            return ()

    def network(self) -> NetworkProfile:
        """The network of the trial, layer by layer.

        Raises:
            StudyError: if the trial never reached a worker.
        """
        found = self._read(NETWORK)
        rows = tuple((name, tuple(shape), size) for name, shape, size in found["rows"])
        return NetworkProfile(found["size"], found["flops"], rows)

    def drop_weights(self) -> None:
        """Delete the trial's weights, if it has any."""
        self.weights.unlink(missing_ok=True)

    def drop_state(self) -> None:
        """Delete what the trial would need to continue."""
        self.state.unlink(missing_ok=True)
        for name in (FINISHED, HEARTBEAT):
            (self.path / name).unlink(missing_ok=True)

    def _describe(self, spec: TrialSpec, network: NetworkProfile) -> None:
        write_text(self.path / SPEC, json.dumps(to_stored(spec)))
        write_text(self.path / NETWORK, json.dumps(to_stored(network)))

    def _read(self, name: str) -> dict[str, Any]:
        file = self.path / name
        if not file.is_file():
            study = self.study.name
            raise StudyError(f"trial {self.number} of {study!r} has no network: it never ran")
        try:
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StudyError(f"{file}: is damaged ({error})") from error
        return found


def read_review(file: Path) -> ErrorAnalysis | None:
    """An error analysis; None if there is none, or it is damaged."""
    from pydantic import TypeAdapter, ValidationError

    try:
        text = file.read_text(encoding="utf-8")
        return TypeAdapter(ErrorAnalysis).validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


# A safetensors file begins with the length of its header, in this many bytes.
_LENGTH = 8


def holds_weights(path: Path) -> bool:
    """Whether a file of weights exists and is as long as its header says, without reading them."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            size = path.stat().st_size
            if not 0 < length <= size - _LENGTH:
                return False
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        ends = [each["data_offsets"][1] for each in header.values()]
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    return bool(size == _LENGTH + length + max(ends, default=0))
