"""Follow a study that other processes search: a watcher is told what changes in the storage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import optuna
from optuna.trial import FrozenTrial

from automl.core.final import FinalProgress
from automl.core.machine import is_alive
from automl.core.records import UNFINISHED, StudyRecord, TrialRecord
from automl.core.trial import Measurement
from automl.tuning.context import SearchContext, SearchOutcome, Watcher
from automl.tuning.trial_records import has_begun, is_held, study_record, trial_record

POLL_SECONDS = 1.0

# Idle polls after which a study counts as abandoned: a search is without a running trial only for
# a moment, between two of them.
PATIENCE = 3
# The same while a process that searched is alive: it may be about to make the final model.
PATIENCE_WHILE_ALIVE = 60


@dataclass(frozen=True)
class FinalModelState:
    """How to find out about the final model of the study.

    Args:
        progress: Function that gives the progress of making it; None while no process does.
        awaited: Function that says whether the study is still to get one.
    """

    progress: Callable[[], FinalProgress | None]
    awaited: Callable[[StudyRecord], bool]


class StudyFollower:
    """Tells a watcher what changes in a study, as the search itself would.

    Args:
        study: Study to follow; it is only read.
        context: Context of the search, with the study as it was when following began.
        watcher: Watcher that is told of changes.
        stop: Event that ends following once it is set.
        final_model: How to find out about the final model.
    """

    def __init__(
        self,
        study: optuna.Study,
        context: SearchContext,
        watcher: Watcher,
        stop: threading.Event,
        final_model: FinalModelState,
    ) -> None:
        self._study, self._context = study, context
        self._watcher, self._stop = watcher, stop
        self._final_model = final_model
        # Trials that were pruned at a rung and may go on; the watcher was told that they ended.
        self._held = {each.number for each in study.get_trials(deepcopy=False) if is_held(each)}
        over = {each.number for each in context.begun.trials if each.status not in UNFINISHED}
        self._ended = over - self._held
        self._steps: dict[int, int] = {}  # running trial -> last step that was told

    def run(self) -> SearchOutcome:
        """Follow until the study is done, no process searches it any more, or ``stop`` is set.

        Returns:
            The study as it is then, with the reason "done", "abandoned" or "interrupted".
        """
        self._watcher.begin(self._context)
        started, idle, reason = time.monotonic(), 0, ""
        while not reason:
            record, progress = study_record(self._study), self._final_model.progress()
            self._tell_changes()
            if progress:
                self._watcher.finalizing(progress)
            idle = 0 if progress or record.count("running") else idle + 1
            reason = self._reason(record, idle)
            if not reason:
                self._stop.wait(POLL_SECONDS)
        return SearchOutcome(record, reason, time.monotonic() - started)

    def _reason(self, record: StudyRecord, idle: int) -> str:
        if self._stop.is_set():
            return "interrupted"
        whole = record.counted >= self._context.plan.trials
        if idle and whole and not self._final_model.awaited(record):
            return "done"
        return "abandoned" if idle >= PATIENCE and idle >= self._patience() else ""

    def _patience(self) -> int:
        trials = self._study.get_trials(deepcopy=False)
        owners = {each.user_attrs.get("owner", "") for each in trials}
        return PATIENCE_WHILE_ALIVE if any(map(is_alive, owners)) else PATIENCE

    def _tell_changes(self) -> None:
        for trial in self._study.get_trials(deepcopy=False):
            if trial.number not in self._ended:
                self._tell(trial, trial_record(trial))

    def _tell(self, trial: FrozenTrial, record: TrialRecord) -> None:
        if record.status == "running" and has_begun(trial):
            self._held.discard(trial.number)
            self._tell_progress(trial, record)
        elif is_held(trial):
            self._steps.pop(trial.number, None)
            if trial.number not in self._held:
                self._held.add(trial.number)
                self._watcher.end(record)
        elif record.status not in UNFINISHED:
            self._ended.add(trial.number)
            self._steps.pop(trial.number, None)
            if trial.number not in self._held:
                self._watcher.end(record)
        elif self._steps.pop(trial.number, None) is not None:
            self._watcher.end(record)  # it waits to be resumed

    def _tell_progress(self, trial: FrozenTrial, record: TrialRecord) -> None:
        if trial.number not in self._steps:
            self._steps[trial.number] = 0
            self._watcher.start(record)
        step = trial.last_step or 0
        if step > self._steps[trial.number]:
            self._steps[trial.number] = step
            self._watcher.measure(trial.number, self._measured(trial, step))

    def _measured(self, trial: FrozenTrial, step: int) -> Measurement:
        """The measurement of a report, as far as the storage knows it."""
        plan = self._context.plan
        epoch = step * plan.epochs / plan.steps
        begun = trial.datetime_start or datetime.now()
        seconds = max(0.0, (datetime.now() - begun).total_seconds())  # the clock may be set back
        metrics = {self._context.metric: trial.intermediate_values[step]}
        return Measurement(step, epoch, metrics, seconds)
