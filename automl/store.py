"""The one place that knows the layout of results/."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from automl.core.errors import StudyError
from automl.core.inspection import Inspection
from automl.core.leg import Leg, lasting
from automl.core.review import Review
from automl.core.trial import Config, Measurement, TrialResult, TrialSpec

# A trial's best weights; kept for the best few trials.
WEIGHTS = "weights.safetensors"
# The last checkpoint of a trial: all that it takes to go on exactly from there.
STATE = "state.pt"
# The curve of a trial that ran to its end, until that is told to the study.
FINISHED = "finished.json"
# What the model of a trial that ran to its end gets wrong.
REVIEW = "review.json"
# Pictures and tables of a trial, for people.
ARTIFACTS = "artifacts"
# What a trial had to say of its failure.
LOG = "log.txt"
# What a trial's numbers depend on beside its spec: a line for each of its legs.
LEGS = "legs.jsonl"
# Touched by a trial that makes headway, every second or so.
PULSE = "pulse"


# Full, over a quota, read-only, broken, gone, not ours.
_DISK_TROUBLE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EIO,
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
)
# Room that a trial needs: weights, moments of the optimiser and the best weights, of which a second
# copy is written before the first is replaced; and its curve, note and log.
BYTES_PER_WEIGHT = 4 * (2 * 4 + 1)
SMALL_FILES = 2**20


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class StudyFolder:
    """One study's folder: study.yaml, trials/, best/."""

    path: Path

    @property
    def name(self) -> str:
        """The study's name."""
        return self.path.name

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
        return Store(self.path.parent).artifacts

    @property
    def log(self) -> Path:
        """Where the tool writes what went wrong inside it."""
        return self.path / "automl.log"

    def exists(self) -> bool:
        """Whether a study was begun here."""
        return (self.path / "study.yaml").is_file()

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
            write_text(self.path / "study.yaml", text.getvalue())
        except OSError as error:
            raise not_writable(self.path, error) from error

    def record(self) -> dict[str, Any]:
        """What study.yaml holds.

        Raises:
            StudyError: if it is missing or is not what this tool writes.
        """
        from ruamel.yaml import YAML

        file = self.path / "study.yaml"
        try:
            found = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise StudyError(f"{file}: cannot be read ({error.strerror})") from error
        except Exception as error:
            raise StudyError(f"{file}: is damaged ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise StudyError(f"{file}: is damaged (not a mapping)")
        return found

    def trial(self, number: int) -> Path:
        """The folder of one trial."""
        return self.path / "trials" / f"{number:04d}"

    def weights(self, number: int) -> Path:
        """Where trial ``number`` keeps its best weights."""
        return self.trial(number) / WEIGHTS

    def state(self, number: int) -> Path:
        """Where trial ``number`` keeps its last checkpoint, until it has ended."""
        return self.trial(number) / STATE

    @property
    def lock(self) -> Path:
        """The file by which processes that work on the study take turns."""
        return self.path / ".lock"

    @property
    def final_lock(self) -> Path:
        """The file by which processes that would make the final model take turns."""
        return self.path / ".final.lock"

    def pulse(self, number: int) -> float | None:
        """When trial ``number`` last showed that it makes headway, by the clock of its machine."""
        try:
            return (self.trial(number) / PULSE).stat().st_mtime
        except OSError:
            return None

    def begin_attempt(self, spec: TrialSpec, network: Inspection) -> None:
        """Make a trial's folder and write its spec and its network there.

        What is left of another trial of that number, which a power cut took from the journal, is
        removed.

        Raises:
            StudyError: if the disk has no room for all that such a trial writes.
        """
        folder = self.trial(spec.number)
        folder.mkdir(parents=True, exist_ok=True)
        if not spec.resume:
            self.drop_state(spec.number)
            self.drop_weights(spec.number)
        self.check_room(network)
        write_text(folder / "spec.json", json.dumps(asdict(spec)))
        write_text(folder / "network.json", json.dumps(asdict(network)))

    def end_trial(self, result: TrialResult) -> None:
        """Write a trial's full curve, one measurement a line."""
        rows = (json.dumps(asdict(each)) for each in result.measurements)
        write_text(self.trial(result.number) / "curve.jsonl", "".join(f"{row}\n" for row in rows))

    def curve(self, number: int) -> tuple[Measurement, ...]:
        """A trial's full curve; empty if it has none."""
        file = self.trial(number) / "curve.jsonl"
        if not file.is_file():
            return ()
        rows = file.read_text(encoding="utf-8").splitlines()
        return tuple(Measurement(**json.loads(row)) for row in rows)

    def review(self, number: int) -> Review | None:
        """What the model of a trial gets wrong; None if it did not run to its end."""
        from pydantic import TypeAdapter, ValidationError

        try:
            text = (self.trial(number) / REVIEW).read_text(encoding="utf-8")
            return TypeAdapter(Review).validate_json(text)
        except (OSError, UnicodeDecodeError, ValidationError):
            return None

    def artifacts(self, number: int) -> tuple[Path, ...]:
        """Pictures (.png) and tables (.csv) of a trial, for people, by name."""
        folder = self.trial(number) / ARTIFACTS
        return tuple(sorted(each for each in folder.glob("*.*") if each.is_file()))

    def log_of(self, number: int) -> str:
        """What a trial that failed had to say; empty if there is nothing."""
        try:
            return (self.trial(number) / LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def config(self, number: int) -> dict[str, Any]:
        """The resolved configuration of a trial, as its spec has it.

        Raises:
            StudyError: if that trial never reached a worker.
        """
        config: dict[str, Any] = self._read(number, "spec.json")["config"]
        return config

    def spec(self, number: int) -> TrialSpec:
        """What a trial's worker was given, at its last attempt.

        Raises:
            StudyError: if that trial never reached a worker.
        """
        found = self._read(number, "spec.json")
        return TrialSpec(**{**found, "config": Config(**found["config"])})

    def legs(self, number: int) -> tuple[Leg, ...]:
        """The parts that a trial was trained in; empty if that was not kept.

        A part that another one went on from before its end is there up to where that begins.
        """
        try:
            rows = (self.trial(number) / LEGS).read_text(encoding="utf-8").splitlines()
            return lasting([Leg(**json.loads(row)) for row in rows])
        except (OSError, ValueError, TypeError):  # a crash may have cut it short
            return ()

    def network(self, number: int) -> Inspection:
        """The network of a trial, layer by layer.

        Raises:
            StudyError: if that trial never reached a worker.
        """
        found = self._read(number, "network.json")
        rows = tuple((name, tuple(shape), size) for name, shape, size in found["rows"])
        return Inspection(found["size"], found["flops"], rows)

    def check_room(self, network: Inspection) -> None:
        """Check that the disk has room for all that a trial of ``network`` writes.

        Raises:
            StudyError: if it has not.
        """
        needed = SMALL_FILES + BYTES_PER_WEIGHT * network.size
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise StudyError(
                f"cannot write to {self.path}: its disk has {free / 2**20:.1f} MiB left, and a "
                f"trial may need {needed / 2**20:.1f} MiB; what has ended is kept. Free some, then "
                f"go on: automl resume {self.name}"
            )

    def _read(self, number: int, name: str) -> dict[str, Any]:
        file = self.trial(number) / name
        if not file.is_file():
            raise StudyError(f"trial {number} of {self.name!r} has no network: it never ran")
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def drop_weights(self, number: int) -> None:
        """Forget the weights of a trial, if it has any."""
        self.weights(number).unlink(missing_ok=True)

    def drop_state(self, number: int) -> None:
        """Forget what a trial would have needed to go on."""
        for name in (STATE, FINISHED, PULSE):
            (self.trial(number) / name).unlink(missing_ok=True)


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
        return self.root / "artifacts"

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
        return tuple(sorted(file.parent.name for file in self.root.glob("*/study.yaml")))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell in one line when the disk below ``path`` takes no more.

    Raises:
        StudyError: if something inside could not be written there.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        raise StudyError(
            f"cannot write to {path}: {error.strerror}; what has ended is kept. Mend that, then go "
            f"on: automl resume {path.name}"
        ) from error


def not_writable(path: Path, error: OSError) -> StudyError:
    """The one line for a results folder that cannot be written."""
    return StudyError(
        f"cannot write to {path} ({error.strerror}); choose another folder with --results DIR"
    )
