"""Repair a damaged journal from the lines that can be read.

Optuna numbers studies and trials in the order of the lines that begin them. Where such a line is
lost, all that follows would be taken for another trial's, so another one is put in its place: the
ids that later lines have say how many are missing. Such a trial has what the lines that are left
say of it; one that did not end waits, and is run as any that a dead process left.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from automl.core.errors import StudyError
from automl.core.machine import locked, write_bytes
from automl.core.text import count
from automl.tuning.optuna_private import JournalOperation, JournalReplay

# Where a study keeps its name and directions, should the line that begins it be lost.
IDENTITY = "automl:identity"

_BEGIN_STUDY, _BEGIN_TRIAL = JournalOperation.CREATE_STUDY, JournalOperation.CREATE_TRIAL

Log = dict[str, Any]


def repair(path: Path) -> str:
    """Remove damaged lines from a journal; the damaged file is kept beside it.

    Args:
        path: The journal.

    Returns:
        What was done, in a line; "" if nothing is damaged: another process may have been quicker.

    Raises:
        StudyError: if the line that begins a study is damaged, and nothing else says what it was.
        OSError: if the file cannot be read or written.
    """
    with locked(path.with_name(f"{path.name}.lock")):
        content = path.read_bytes()
        lines = content[: content.rfind(b"\n") + 1].split(b"\n")[:-1]
        logs = [_parse(line) for line in lines]
        mended = _RepairedJournal(path, lines, logs)
        sound = b"".join(mended.lines())
        if not logs.count(None) and not mended.begun_anew:
            return ""
        kept = _free_name(path)
        shutil.copyfile(path, kept)
        write_bytes(path, sound)
    return (
        f"{path}: {mended.losses()}; the other lines are used, and missing work is done again. "
        f"The original file: {kept.name}"
    )


@dataclass
class _RepairedJournal:
    """The readable lines of a journal, and new ones for lost lines that create something.

    Args:
        path: The journal, to be named.
        raw: Its lines, without their ends.
        logs: What each of them says; None for a damaged one.
        begun_anew: How many trials are begun by lines that were not there.
    """

    path: Path
    raw: Sequence[bytes]
    logs: Sequence[Log | None]
    begun_anew: int = 0
    _names: dict[int, str] = field(default_factory=dict)  # id of each study that is not deleted
    _studies: int = 0
    _trials: int = 0

    def lines(self) -> Iterator[bytes]:
        """The lines of the repaired journal."""
        sound: list[bytes] = []
        gap: int | None = None  # where among them the last damage was
        for at, log in enumerate(self.logs):
            if log is None:
                gap = len(sound)
                continue
            missing = [*self._missing_studies(log), *self._missing_trials(log, at)]
            if missing:
                gap = len(sound) if gap is None else gap  # lines may be gone without a trace
                sound[gap:gap] = [
                    json.dumps(each, separators=(",", ":")).encode() for each in missing
                ]
                gap += len(missing)
            self._count(log)
            sound.append(self.raw[at])
        return (line + b"\n" for line in sound)

    def losses(self) -> str:
        """What was lost, in words."""
        damaged, begun = self.logs.count(None), self.begun_anew
        lines = f"{count(damaged, 'line')} of {len(self.logs):,} damaged" if damaged else ""
        trials = f"the beginning of {count(begun, 'trial')} lost" if begun else ""
        return " and ".join(each for each in (lines, trials) if each)

    def _count(self, log: Log) -> None:
        """Count the study or trial that a line creates, as Optuna does."""
        if log["op_code"] == _BEGIN_STUDY and log["study_name"] not in self._names.values():
            self._names[self._studies] = log["study_name"]
            self._studies += 1
        elif log["op_code"] == JournalOperation.DELETE_STUDY:
            self._names.pop(log["study_id"], None)
        elif log["op_code"] == _BEGIN_TRIAL and log["study_id"] in self._names:
            self._trials += 1

    def _missing_studies(self, log: Log) -> Iterator[Log]:
        while self._studies <= log.get("study_id", -1):
            missing = {"op_code": _BEGIN_STUDY, "worker_id": "", **self._identity(self._studies)}
            self._count(missing)
            yield missing

    def _missing_trials(self, log: Log, at: int) -> Iterator[Log]:
        while self._trials <= log.get("trial_id", -1):
            missing = {
                "op_code": _BEGIN_TRIAL,
                "worker_id": "",
                "study_id": self._study_near(at),
                "datetime_start": datetime.now(timezone.utc).isoformat(timespec="microseconds"),
            }
            self._trials += 1
            self.begun_anew += 1
            yield missing

    def _study_near(self, at: int) -> int:
        """The study whose trials the lines after this one create, or else those before it."""
        around = [*self.logs[at:], *reversed(self.logs[:at])]
        begun = (log["study_id"] for log in around if log and log["op_code"] == _BEGIN_TRIAL)
        return next(begun, self._studies - 1)

    def _identity(self, study: int) -> Log:
        for log in self.logs:
            if log and log.get("study_id") == study and IDENTITY in log.get("system_attr", {}):
                identity: Log = log["system_attr"][IDENTITY]
                return identity
        raise StudyError(
            f"{self.path}: the line that begins its study {study + 1} is damaged, and no other "
            "line has its settings; give the new search another folder: --results DIR"
        )


def _parse(line: bytes) -> Log | None:
    """The operation of a line; None if the line is damaged."""
    try:
        log: Log = json.loads(line)
        _try(log)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError):
        return None
    return log


def _try(log: Log) -> None:
    """Have Optuna apply an operation to a scratch study and trial; raises if it cannot."""
    scratch = JournalReplay("")
    begin = {"worker_id": "-", "study_id": 0, "datetime_start": "2000-01-01T00:00:00+00:00"}
    study = {"op_code": _BEGIN_STUDY, "study_name": "", "directions": [1], "worker_id": "-"}
    scratch.apply_logs([study, {"op_code": _BEGIN_TRIAL, **begin}])
    ids = {key: 0 for key in ("study_id", "trial_id") if isinstance(log.get(key), int)}
    scratch.apply_logs([{**log, **ids}])


def _free_name(path: Path) -> Path:
    """An unused name beside the journal, for the damaged file."""
    number, free = 1, path.with_name(f"{path.name}.damaged")
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.damaged-{number}")
    return free
