"""Following a study that other processes search, without writing a thing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import optuna
from optuna.trial import FrozenTrial

from automl.core.records import UNFINISHED, StudyRecord, TrialRecord
from automl.core.trial import Measurement
from automl.tuning.owner import is_alive
from automl.tuning.reading import study_record, trial_record
from automl.tuning.trial_facts import has_begun
from automl.tuning.watch import Outcome, Setting, Watcher

POLL_SECONDS = 1.0
# Polls with nothing to see: a search has no trial running only for a moment, between two of them.
PATIENCE = 3
# While a process that searched lives: it may be about to make the final model, or be a notebook.
PATIENCE_WITH_THE_LIVING = 60


@dataclass(frozen=True)
class Finalizing:
    """What is to be seen of the making of a final model.

    Args:
        progress: How many trainings are done, and of how many; None while no process is at it.
        awaited: Whether a study as it stands still is to have one.
    """

    progress: Callable[[], tuple[float, int] | None]
    awaited: Callable[[StudyRecord], bool]


class Following:
    """Tells a watcher what changes in a study, as the search itself would.

    Args:
        study: The study; it is read alone.
        begun: How it stood when the watcher was told of it.
        setting: What the watcher is told first.
        watcher: Follows the search.
        stop: Set it to follow no longer.
        finalizing: What is to be seen of the making of its final model.
    """

    def __init__(
        self,
        study: optuna.Study,
        begun: StudyRecord,
        setting: Setting,
        watcher: Watcher,
        stop: threading.Event,
        finalizing: Finalizing,
    ) -> None:
        self._study, self._setting = study, setting
        self._watcher, self._stop = watcher, stop
        self._finalizing = finalizing
        self._ended = {each.number for each in begun.trials if each.status not in UNFINISHED}
        self._steps: dict[int, int] = {}  # of each trial that runs, the last step that was told

    def run(self) -> Outcome:
        """Follow until the study is done, nobody works on it, or ``stop`` is set.

        Returns:
            The study as it is then; its reason is "done", "abandoned" or "interrupted".
        """
        self._watcher.begin(self._setting)
        started, idle, reason = time.monotonic(), 0, ""
        while not reason:
            record, progress = study_record(self._study), self._finalizing.progress()
            self._tell_changes()
            if progress:
                self._watcher.finalizing(*progress)
            idle = 0 if progress or record.count("running") else idle + 1
            reason = self._reason(record, idle)
            if not reason:
                self._stop.wait(POLL_SECONDS)
        return Outcome(record, reason, time.monotonic() - started)

    def _reason(self, record: StudyRecord, idle: int) -> str:
        if self._stop.is_set():
            return "interrupted"
        whole = record.counted >= self._setting.trials
        if idle and whole and not self._finalizing.awaited(record):
            return "done"
        return "abandoned" if idle >= PATIENCE and idle >= self._patience() else ""

    def _patience(self) -> int:
        trials = self._study.get_trials(deepcopy=False)
        owners = {each.user_attrs.get("owner", "") for each in trials}
        return PATIENCE_WITH_THE_LIVING if any(map(is_alive, owners)) else PATIENCE

    def _tell_changes(self) -> None:
        for trial in self._study.get_trials(deepcopy=False):
            if trial.number not in self._ended:
                self._tell(trial, trial_record(trial))

    def _tell(self, trial: FrozenTrial, record: TrialRecord) -> None:
        if record.status == "running" and has_begun(trial):
            self._tell_progress(trial, record)
        elif record.status not in UNFINISHED:
            self._ended.add(trial.number)
            self._steps.pop(trial.number, None)
            self._watcher.end(record)
        elif self._steps.pop(trial.number, None) is not None:
            self._watcher.end(record)  # it waits, to be gone on with

    def _tell_progress(self, trial: FrozenTrial, record: TrialRecord) -> None:
        if trial.number not in self._steps:
            self._steps[trial.number] = 0
            self._watcher.start(record)
        step = trial.last_step or 0
        if step > self._steps[trial.number]:
            self._steps[trial.number] = step
            self._watcher.measure(trial.number, self._measured(trial, step))

    def _measured(self, trial: FrozenTrial, step: int) -> Measurement:
        """A report as the measurement it was, as far as the storage has it."""
        epoch = step * self._setting.epochs / self._setting.steps
        begun = trial.datetime_start or datetime.now()
        seconds = (datetime.now() - begun).total_seconds()
        metrics = {self._setting.metric: trial.intermediate_values[step]}
        return Measurement(step, epoch, metrics, seconds)
