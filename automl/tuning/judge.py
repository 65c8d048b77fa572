"""Judge: whether a trial continues after each measurement, by the pruner, the time and the user."""

from __future__ import annotations

import threading

import optuna
from optuna.trial import FrozenTrial

from automl.core.text import epoch, value
from automl.core.trial import CONTINUE, Decision, Measurement, Verdict
from automl.tuning.optuna_private import quiet_optuna, trial_id
from automl.tuning.plan import Plan
from automl.tuning.pruners import Pruner
from automl.tuning.time_budget import TimeBudget
from automl.tuning.trial_records import LATENCY, StopNote

# The dashboard slows down with more reports per trial; full curves go to the trial's folder.
MAX_REPORTS = 20


class Judge:
    """Reports measurements to Optuna, and decides by its pruner, the time and the user.

    A trial resumed from a checkpoint repeats steps that were judged before: those are neither
    reported nor judged a second time.

    Args:
        metric: Name of the metric that ranks trials.
        plan: Plan of the study: its pruner, and the steps and time limits of a trial.
        budget: Time that the search may take.
        stop: Event that is set once the user asked to stop.
    """

    def __init__(self, metric: str, plan: Plan, budget: TimeBudget, stop: threading.Event) -> None:
        self._metric, self._steps, self._pruner = metric, plan.steps, plan.pruner
        self._budget, self._limits, self._stop = budget, plan.limits, stop
        self._stride, self._updates = -(-plan.steps // MAX_REPORTS), plan.updates

    def __call__(self, trial: optuna.Trial, measurement: Measurement) -> Decision:
        """The decision on ``trial`` after ``measurement``."""
        if measurement.step >= self._steps:
            self._report(trial, measurement)
            return CONTINUE  # the trial is over anyway
        # Not reported: a trial that pauses measures this step again when it is resumed.
        if self._stop.is_set():
            return Decision(Verdict.PAUSE, "interrupted")
        if self._budget.over:
            return Decision(Verdict.PAUSE, "time limit")
        stop = StopNote.of(trial)
        if stop.step != measurement.step:
            stop = self._weigh(trial, measurement)
        if not stop.reason:
            return CONTINUE
        return Decision(Verdict.HOLD if stop.rung else Verdict.STOP, stop.reason)

    def _weigh(self, trial: optuna.Trial, measurement: Measurement) -> StopNote:
        """Why the trial stops, if it does; kept in the study until the trial has been told."""
        due, rung = self._report(trial, measurement), 0
        reason = self._limits.exceeded(measurement.seconds)
        if due and not reason:
            reason, rung = self._prune(trial, measurement)
        stop = StopNote(measurement.step, reason, rung)
        if reason:
            stop.keep(trial)
        return stop

    def _report(self, trial: optuna.Trial, measurement: Measurement) -> bool:
        """Report the step if it is due and was not reported before; whether it was."""
        step = measurement.step
        due = step % self._stride == 0 or step == self._steps
        if not due or step in _stored(trial).intermediate_values:
            return False
        if measurement.latency is not None and LATENCY not in trial.user_attrs:
            trial.set_user_attr(LATENCY, measurement.latency)
        # `trial.report` refuses where there are several objectives.
        value = float(measurement.metrics[self._metric])
        trial.storage.set_trial_intermediate_value(trial_id(trial), step, value)
        return True

    def _prune(self, trial: optuna.Trial, measurement: Measurement) -> tuple[str, int]:
        """Reason of the pruner to stop the trial, or ""; and the rung that it is held at, or 0."""
        reported, pruner, study = measurement.metrics[self._metric], trial.study.pruner, trial.study
        if not isinstance(pruner, Pruner):  # Optuna's own
            return "", 0
        epochs = measurement.epoch * self._steps / measurement.step
        with quiet_optuna():
            pruner.note(trial, measurement, self._share(measurement), epochs)
            if not pruner.prune(study, _stored(trial)):
                return "", 0
            told = f"{self._metric} {value(reported)}"
            explained = pruner.explain(study, _stored(trial))
            if not explained.startswith(told):  # a rung may ask for the loss, as the study does
                explained = f"{told}; {explained}"
            reason = f"{self._pruner} at epoch {epoch(measurement.epoch)}: {explained}"
            return reason, pruner.rung(study, _stored(trial))

    def _share(self, measurement: Measurement) -> float:
        """The optimiser steps so far, as a share of those of a usual training."""
        if self._updates and measurement.updates:
            return measurement.updates / self._updates
        return measurement.step / self._steps


def _stored(trial: optuna.Trial) -> FrozenTrial:
    """The trial as it is in the storage now."""
    return trial.storage.get_trial(trial_id(trial))
