"""The results folder, the folder of each study in it, and what may be a study's name."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from automl.core.error_analysis import ErrorAnalysis
from automl.core.errors import StudyError, UserError
from automl.core.machine import write_text
from automl.core.text import one_line, shortened
from automl.store.disk import not_writable
from automl.store.trial_folder import REVIEW, TrialFolder, read_review

# All that `automl resume` needs; a folder with this file is a study.
RECORD = "study.yaml"
# Folder of the files that the dashboard shows; beside the studies, which share it.
DASHBOARD_FILES = "artifacts"
# A line for each run of the study that ended.
RUNS = "runs.jsonl"

# A file name may have 255 bytes, and others are derived from a study's name.
MAX_NAME_BYTES = 200
_FORBIDDEN = ("/", "\\")
# Devices of Windows, in any case and with any suffix.
_PORTS = (f"{port}{number}" for port in ("com", "lpt") for number in range(10))
_DEVICES = {"con", "prn", "aux", "nul", *_PORTS}
# Names in a results folder beside its studies begin so.
_OURS = (DASHBOARD_FILES, "studies.journal")
_SHOWN = 60


@dataclass(frozen=True)
class Store:
    """A results folder: the studies in it and the journal they share.

    Args:
        root: The folder.
    """

    root: Path

    @property
    def journal(self) -> Path:
        """The file that holds every study's trials; what optuna-dashboard opens."""
        return self.root / "studies.journal"

    @property
    def artifacts(self) -> Path:
        """Folder of the files that the dashboard shows for trials."""
        return self.root / DASHBOARD_FILES

    def prepare(self) -> None:
        """Make the folder and check that it can be written.

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
        """The folder of a study, which may not exist yet."""
        return StudyFolder(self.root / name)

    def names(self) -> tuple[str, ...]:
        """Names of all studies in it."""
        return tuple(sorted(file.parent.name for file in self.root.glob(f"*/{RECORD}")))


@dataclass(frozen=True)
class StudyFolder:
    """The folder of one study.

    Args:
        path: The folder.
    """

    path: Path

    @property
    def name(self) -> str:
        """The study's name."""
        return self.path.name

    def trial(self, number: int) -> TrialFolder:
        """The folder of a trial, which may not exist yet."""
        return TrialFolder(self.path / "trials" / f"{number:04d}")

    @property
    def best(self) -> Path:
        """Bundle of the best model."""
        return self.path / "best"

    @property
    def ensemble(self) -> Path:
        """Bundle of the ensemble."""
        return self.path / "ensemble"

    def exported(self, format: str) -> Path:
        """Default folder of a model that is exported in a format."""
        return self.path / "exported" / format

    @property
    def final(self) -> Path:
        """Folder of the refits and trainings for the final model."""
        return self.path / "final"

    def keep_final_review(self, review: ErrorAnalysis) -> None:
        """Keep the error analysis of the final model."""
        write_text(self.final / REVIEW, json.dumps(asdict(review)))

    def final_review(self) -> ErrorAnalysis | None:
        """Error analysis of the final model; None if there is none."""
        return read_review(self.final / REVIEW)

    def refit(self, trial: int, seed: int) -> Path:
        """Folder of one refit of a finalist."""
        return self.final / "refits" / f"{trial:04d}-{seed}"

    def last_fit(self, trial: int) -> Path:
        """Folder of a finalist's training on train and validation together."""
        return self.final / "models" / f"{trial:04d}"

    @property
    def dashboard_files(self) -> Path:
        """Folder of the files that the dashboard shows, which all studies share."""
        return self.path.parent / DASHBOARD_FILES

    def note_run(self, seconds: float) -> None:
        """Record that a run of the study, its final model included, ends now.

        An error of the disk is ignored: the run itself is worth more.

        Args:
            seconds: Wall-clock seconds of the run.
        """
        begun = datetime.now() - timedelta(seconds=seconds)
        line = json.dumps({"begun": begun.isoformat(), "seconds": round(seconds, 3)})
        with suppress(OSError), (self.path / RUNS).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def runs(self) -> tuple[tuple[datetime, float], ...]:
        """Start and seconds of each run that ended; damaged lines are left out."""
        try:
            lines = (self.path / RUNS).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ()
        return tuple(run for run in map(_read_run, lines) if run is not None)

    @property
    def log(self) -> Path:
        """Log of internal errors."""
        return self.path / "automl.log"

    @property
    def lock(self) -> Path:
        """Lock of the processes that work on the study."""
        return self.path / ".lock"

    @property
    def final_progress(self) -> Path:
        """Progress of the process that makes the final model."""
        return self.final / "progress.json"

    @property
    def final_lock(self) -> Path:
        """Lock of the processes that make the final model."""
        return self.path / ".final.lock"

    def exists(self) -> bool:
        """Whether the study exists."""
        return (self.path / RECORD).is_file()

    def create(self, record: Mapping[str, Any]) -> None:
        """Create the study: write study.yaml, with multi-line texts as blocks.

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
        """The content of study.yaml.

        Raises:
            StudyError: if the file is missing or damaged.
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


def _read_run(line: str) -> tuple[datetime, float] | None:
    try:
        found = json.loads(line)
        return datetime.fromisoformat(found["begun"]), float(found["seconds"])
    except (ValueError, KeyError, TypeError):
        return None


def check_study_name(name: str) -> str:
    """Return the name of a new study if it is valid as a folder and as an argument of commands.

    Raises:
        UserError: if it is not, with the rule.
    """
    rule = _broken_rule(name)
    if rule:
        told = shortened(one_line(name), _SHOWN)
        raise UserError(
            f"--name '{told}': a study's name is a folder's, and {rule}; give another --name"
        )
    return name


def _broken_rule(name: str) -> str:
    """The rule that a name breaks, or an empty text."""
    found = [each for each in _FORBIDDEN if each in name]
    unseen = [each for each in name if not each.isprintable()]
    stem = name.partition(".")[0].strip().casefold()
    size = len(name.encode(errors="replace"))
    rules = {
        "may not be empty": not name.strip(),
        f"may not hold {' or '.join(found)}": bool(found),
        f"may not hold {one_line(''.join(unseen[:1]))}, which is invisible": bool(unseen),
        "may not begin with a dot or a dash": name.startswith((".", "-")),
        "may not begin or end with a space, nor end with a dot": name != name.strip().rstrip("."),
        f"may have at most {MAX_NAME_BYTES} bytes, not {size:,}": size > MAX_NAME_BYTES,
        "this one means something else there": stem in _DEVICES or name.startswith(_OURS),
    }
    return next((rule for rule, is_broken in rules.items() if is_broken), "")
