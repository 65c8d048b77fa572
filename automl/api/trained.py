"""All that a study kept of how one of its trials was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.parts import find_study, storage_of
from automl.core.errors import StudyError
from automl.core.leg import Leg
from automl.core.text import count
from automl.core.trial import Measurement, TrialSpec
from automl.store import Store

if TYPE_CHECKING:
    from automl.core.records import StudyRecord, TrialRecord
    from automl.tuning.plan import Plan

# Ends that come of a trial's own numbers, in the step after the last that it measured.
OWN_ENDS = ("diverged", "failed")


@dataclass(frozen=True)
class Trained:
    """A trial as it was trained.

    Args:
        plan: Its study's.
        record: What study.yaml holds.
        trial: How it ended.
        spec: What its worker was given, at its last attempt.
        curve: What it measured.
        kept: The parts that it was trained in; empty if that was not kept.
    """

    plan: Plan
    record: Mapping[str, Any]
    trial: TrialRecord
    spec: TrialSpec
    curve: tuple[Measurement, ...]
    kept: tuple[Leg, ...]

    @classmethod
    def find(cls, name: str, number: int | None, results: str) -> Trained:
        """A trial of the study ``name``; of number None, the best.

        Raises:
            StudyError: if there is no such study or trial, or the trial never trained.
        """
        from automl.tuning.reading import load_record

        store = Store(Path(results))
        folder, plan = find_study(store, name)
        trial = _choose(load_record(storage_of(plan, store), name), number)
        files = folder.trial(trial.number)
        curve = files.curve()
        if not curve and trial.status not in OWN_ENDS:
            raise StudyError(f"{files.path} has no curve.jsonl to compare with")
        return cls(plan, folder.record(), trial, files.spec(), curve, files.legs())

    @property
    def last(self) -> int:
        """The step that it came to; the one that it ended in, where its numbers were the end."""
        return len(self.curve) + (self.trial.status in OWN_ENDS)

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The parts that it was trained in, as far as is known."""
        return tuple(each for each in self.kept if each.begins < self.last) or (self._assumed(),)

    @property
    def took(self) -> float:
        """Seconds of training and validation."""
        return self.curve[-1].seconds if self.curve else 0.0

    def _assumed(self) -> Leg:
        """How a trial is trained unless a study says otherwise."""
        from automl.execution.machine import count_cores

        alone = self.plan.executor == "local" and not self.plan.deterministic
        return Leg(
            begins=0,
            threads=self.plan.cpus_per_trial or (count_cores() if alone else 1),
            accumulate=self.spec.accumulate,
            hardware=self.record.get("hardware", ""),
            versions=self.record.get("versions", {}),
        )


def _choose(study: StudyRecord, number: int | None) -> TrialRecord:
    """The trial that is meant, if it ever trained."""
    if number is None:
        if study.best is None:
            raise StudyError(f"no trial of {study.name} is complete yet; choose another: --trial N")
        return study.best
    if number >= len(study.trials):
        raise StudyError(
            f"--trial {number}: {study.name} has {count(len(study.trials), 'trial')}, "
            f"the last is {len(study.trials) - 1}"
        )
    trial = study.trials[number]
    if trial.status in ("infeasible", "duplicate"):
        raise StudyError(
            f"--trial {number}: it is {trial.status} ({trial.reason}), so that there is no "
            "training to repeat"
        )
    if trial.status in ("running", "waiting"):
        raise StudyError(f"--trial {number}: it is {trial.status}; reproduce it when it has ended")
    return trial
