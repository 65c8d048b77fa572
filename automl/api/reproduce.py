"""Train a trial again as it was trained, and compare its numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from automl.api.datasets import DatasetLoader
from automl.api.stored_study import StoredStudy, numbered_trial
from automl.core.curve_comparison import Agreement, CurveComparison, compare_curves
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.executor import Executor
from automl.core.machine import count_cores
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, duration
from automl.core.trial import Decision, Measurement, Segment, TrialResult, TrialSpec, Verdict
from automl.execution import EXECUTORS
from automl.execution.resources import Resources
from automl.execution.trial_loop import run_until
from automl.report.machine import changes_of_data, changes_of_machine
from automl.trials import make_runner
from automl.tuning.context import Watcher
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    from automl.data.dataset import Dataset

Progress = Callable[[int, int], None]
# Statuses that follow from a trial's own numbers, in the step after its last measurement.
OWN_ENDS = ("diverged", "failed")
_PAUSE = Decision(Verdict.PAUSE, "the next segment continues from here")
_STOP = Decision(Verdict.STOP, "there were no more steps")


@dataclass(frozen=True)
class Reproduction:
    """A trial compared with its replay.

    Args:
        study: The study's name.
        trial: Record of the trial.
        metric: Name of the objective.
        ended: Status of the replay; "pruned" if it was stopped after as many steps.
        ended_because: Reason of that status.
        comparison: Comparison of both curves.
        curve: Curve of the replay.
        segments: Segments that the trial was trained in, and replayed in.
        changes: What has changed, is unknown or is left to chance, one sentence each.
        seconds: Wall-clock seconds of the replay.
    """

    study: str
    trial: TrialRecord
    metric: str
    ended: str
    ended_because: str
    comparison: CurveComparison
    curve: tuple[Measurement, ...]
    segments: tuple[Segment, ...]
    changes: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> Agreement:
        """Whether the numbers agree, and also the end if it followed from them."""
        alike = self.comparison.verdict
        if self.trial.status not in OWN_ENDS:
            return alike
        if self.ended != self.trial.status:
            return Agreement.DIFFERENT
        same_words = self.ended_because == self.trial.reason
        return alike if same_words or alike is not Agreement.EXACT else Agreement.ROUNDING


def reproduce(
    name: str,
    trial: int | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    progress: Progress = lambda done, total: None,
) -> Reproduction:
    """Train a trial of a study again, as far as it was trained, and compare the curves.

    It is trained in a temporary folder with the seed, the threads, the checkpoints in between and
    the determinism that it had; the study is only read.

    Args:
        name: Name of the study.
        trial: Number of the trial; None is the best.
        results: Results folder that the study is in.
        watcher: Watcher that is told what to know before the replay begins.
        progress: Function that is told how many of how many reporting steps are done.

    Raises:
        StudyError: if there is no such study or trial, or the trial never trained.
    """
    trained, told = TrainedTrial.find(name, trial, results), watcher or Watcher()
    data = DatasetLoader.of(trained.plan, told)(trained.spec.config)
    changes = list(changes_of_data(trained.record, data))
    for text in (*changes, _announcement(trained)):
        told.announce(text)
    started = time.monotonic()
    result = _replay(trained, data, progress)
    comparison = compare_curves(trained.curve, result.measurements[: len(trained.curve)])
    changes += changes_of_machine(trained.segments, result.device)
    changes += _not_kept(trained)
    if comparison.verdict is not Agreement.EXACT:
        changes += _left_to_chance(trained.plan, result.device)
    return Reproduction(
        study=name,
        trial=trained.trial,
        metric=trained.spec.metric,
        ended=result.status.value,
        ended_because=result.reason,
        comparison=comparison,
        curve=result.measurements,
        segments=trained.segments,
        changes=tuple(changes),
        seconds=time.monotonic() - started,
    )


def _replay(trained: TrainedTrial, data: Dataset, progress: Progress) -> TrialResult:
    with TemporaryDirectory() as scratch:
        # The latency of a busy machine must not end the replay.
        spec = replace(trained.spec, folder=scratch, max_latency=None)
        replay = TrialReplay(trained.plan, spec, trained.segments, trained.last, data)
        return replay.run(lambda step: progress(step, trained.last))


def _announcement(trained: TrainedTrial) -> str:
    """The trial that is replayed, and how long it took then."""
    which = f"trial {trained.trial.number} of {trained.plan.name}"
    if not trained.curve:
        return f"Replaying {which}, which {trained.trial.status} before its first reporting step"
    steps = count(len(trained.curve), "reporting step")
    return f"Replaying {which}: {steps}, which took {duration(trained.took)} then"


def _not_kept(trained: TrainedTrial) -> Iterator[str]:
    """What an older version did not record."""
    if not trained.kept or trained.kept[0].begins > 0:
        threads = count(trained.segments[0].threads, "thread")
        yield f"the number of threads was not recorded; it was replayed with {threads}"


def _left_to_chance(plan: Plan, device: str) -> Iterator[str]:
    """What may differ each time."""
    if device.startswith("cuda") and not plan.deterministic:
        yield "GPUs add numbers in an order that varies, unless a search is --deterministic"


@dataclass(frozen=True)
class TrainedTrial:
    """A trial with everything that was recorded of its training.

    Args:
        plan: Plan of its study.
        record: Content of study.yaml.
        trial: Record of the trial.
        spec: Spec of its last attempt.
        curve: Learning curve.
        kept: Recorded segments of its training; empty if none were recorded.
    """

    plan: Plan
    record: Mapping[str, Any]
    trial: TrialRecord
    spec: TrialSpec
    curve: tuple[Measurement, ...]
    kept: tuple[Segment, ...]

    @classmethod
    def find(cls, name: str, number: int | None, results: str) -> TrainedTrial:
        """A trial of the study ``name``; the best one if ``number`` is None.

        Raises:
            StudyError: if there is no such study or trial, or the trial never trained.
        """
        stored = StoredStudy.find(name, results)
        trial = _choose(stored.record(), number)
        files = stored.folder.trial(trial.number)
        curve = files.curve()
        if not curve and trial.status not in OWN_ENDS:
            raise StudyError(f"{files.path} has no curve.jsonl to compare with")
        return cls(
            plan=stored.plan,
            record=stored.folder.record(),
            trial=trial,
            spec=files.trained_spec(),
            curve=curve,
            kept=files.segments(),
        )

    @property
    def last(self) -> int:
        """The last step: the one it failed in, if its own numbers ended it."""
        return len(self.curve) + (self.trial.status in OWN_ENDS)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments it was trained in, or an assumed one if none were recorded."""
        return tuple(each for each in self.kept if each.begins < self.last) or (self._assumed(),)

    @property
    def took(self) -> float:
        """Seconds of training and validation."""
        return self.curve[-1].seconds if self.curve else 0.0

    def _assumed(self) -> Segment:
        """The segment of a trial that is trained in one go, with default threads."""
        alone = self.plan.executor == "local" and not self.plan.deterministic
        return Segment(
            begins=0,
            threads=self.plan.cpus_per_trial or (count_cores() if alone else 1),
            grad_accumulation=self.spec.grad_accumulation,
            hardware=self.record.get("hardware", ""),
            versions=self.record.get("versions", {}),
        )


def _choose(study: StudyRecord, number: int | None) -> TrialRecord:
    """The trial that is asked for, if it was trained."""
    if number is None:
        if study.best is None:
            raise StudyError(f"no trial of {study.name} is complete yet; choose another: --trial N")
        return study.best
    trial = numbered_trial(study, number)
    if trial.status in ("infeasible", "duplicate"):
        raise StudyError(
            f"--trial {number}: it is {trial.status} ({trial.reason}), so that there is no "
            "training to repeat"
        )
    if trial.status in ("running", "waiting"):
        raise StudyError(f"--trial {number}: it is {trial.status}; reproduce it when it has ended")
    return trial


@dataclass(frozen=True)
class TrialReplay:
    """Trains a trial again, segment by segment.

    Args:
        plan: Plan of its study.
        spec: Spec of the trial, with a folder to write to.
        segments: Segments that it was trained in.
        last: Reporting step after which it is stopped, if it has not ended by then.
        data: Data that it is trained on.
    """

    plan: Plan
    spec: TrialSpec
    segments: Sequence[Segment]
    last: int
    data: Dataset

    def run(self, on_step: Callable[[int], None]) -> TrialResult:
        """Train each segment with its threads, from the checkpoint of the one before.

        Args:
            on_step: Function that is told each reporting step.
        """
        last_steps = [segment.begins for segment in self.segments[1:]]
        for segment, end in zip(self.segments, last_steps, strict=False):
            paused = self._train(segment, end, _PAUSE, on_step)
            if len(paused.measurements) < end:  # it ended earlier
                return paused
        return self._train(self.segments[-1], self.last, _STOP, on_step)

    def _train(
        self, segment: Segment, last: int, then: Decision, on_step: Callable[[int], None]
    ) -> TrialResult:
        spec = replace(
            self.spec, resume=segment.begins > 0, grad_accumulation=segment.grad_accumulation
        )

        def hear(measurement: Measurement) -> None:
            if measurement.step > segment.begins:  # what the checkpoint holds is handed up again
                on_step(measurement.step)

        executor = self._executor(segment)
        try:
            return run_until(executor, spec, self.data, last, then, hear)
        finally:
            executor.close()

    def _executor(self, segment: Segment) -> Executor:
        runner = partial(make_runner, deterministic=self.plan.deterministic)
        return EXECUTORS[self.plan.executor](runner, self._resources(segment))

    def _resources(self, segment: Segment) -> Resources:
        """One worker of this machine, like the original one."""
        if self.plan.executor == "local":
            return Resources(cpus_per_trial=segment.threads)
        gpus = 0 if segment.device == "cpu" else None
        return Resources(workers=1, cpus_per_trial=segment.threads, gpus_per_trial=gpus)
