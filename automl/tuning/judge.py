"""What becomes of a trial after each measurement."""

from __future__ import annotations

import threading

import optuna
from optuna.trial import FrozenTrial

from automl.core.trial import CONTINUE, Decision, Measurement, Verdict
from automl.tuning.budget import Budget
from automl.tuning.pruners import Pruner
from automl.tuning.quiet import quiet_optuna
from automl.tuning.reading import LATENCY
from automl.tuning.watchdog import Limits

# The dashboard slows down with more points a trial; full curves go to the trial's folder.
MAX_REPORTS = 20
# Where a trial keeps at which step it was stopped and why, should it be lost before it hears of it.
STOPPED = "stopped"


class Judge:
    """Reports measurements to Optuna and decides by its pruner, the time and the user.

    A measurement that it has judged before, which a trial that goes on from a checkpoint hands up
    again, is neither reported nor weighed a second time.

    Args:
        metric: The measured metric that ranks trials.
        steps: Reporting steps of a full trial.
        pruner: The pruner's name, for reasons.
        budget: The time a search and its trials may take.
        limits: The time a trial may take, whatever the search may.
        stop: Set when the user asked to stop.
    """

    def __init__(
        self,
        metric: str,
        steps: int,
        pruner: str,
        budget: Budget,
        limits: Limits,
        stop: threading.Event,
    ) -> None:
        self._metric, self._steps, self._pruner = metric, steps, pruner
        self._budget, self._limits, self._stop = budget, limits, stop
        self._stride = -(-steps // MAX_REPORTS)

    def __call__(self, trial: optuna.Trial, measurement: Measurement) -> Decision:
        """The decision on ``trial`` after ``measurement``."""
        if measurement.step >= self._steps:
            self._report(trial, measurement)
            return CONTINUE  # nothing is left to save
        # Before it is reported: a trial that pauses hands it up again when it goes on.
        if self._stop.is_set():
            return Decision(Verdict.PAUSE, "interrupted")
        if self._budget.over:
            return Decision(Verdict.PAUSE, "time limit")
        step, reason = trial.user_attrs.get(STOPPED, (0, ""))
        if step != measurement.step:
            reason = self._weigh(trial, measurement)
        return Decision(Verdict.STOP, reason) if reason else CONTINUE

    def _weigh(self, trial: optuna.Trial, measurement: Measurement) -> str:
        """Why the trial is to stop, or "" if it is not; kept until the trial has heard of it."""
        due, step, seconds = self._report(trial, measurement), measurement.step, measurement.seconds
        reason = self._limits.exceeded(seconds) or self._budget.stops(seconds, step, self._steps)
        if due and not reason:
            reason = self._prune(trial, measurement)
        if reason:
            trial.set_user_attr(STOPPED, (step, reason))
        return reason

    def _report(self, trial: optuna.Trial, measurement: Measurement) -> bool:
        """Report the step, unless it is one of many or was reported before."""
        step = measurement.step
        due = step % self._stride == 0 or step == self._steps
        if not due or step in _noted(trial).intermediate_values:
            return False
        if measurement.latency is not None and LATENCY not in trial.user_attrs:
            trial.set_user_attr(LATENCY, measurement.latency)
        # By itself the trial refuses to report where there are several objectives.
        value = float(measurement.metrics[self._metric])
        trial.storage.set_trial_intermediate_value(trial._trial_id, step, value)
        return True

    def _prune(self, trial: optuna.Trial, measurement: Measurement) -> str:
        """Why the pruner stops the trial, or "" if it does not."""
        value, pruner = measurement.metrics[self._metric], trial.study.pruner
        with quiet_optuna():
            if not pruner.prune(trial.study, _noted(trial)):
                return ""
            assert isinstance(pruner, Pruner), f"{pruner} says nothing of its reasons"
            return (
                f"{self._pruner} at epoch {measurement.epoch:g}: {self._metric} {value:.4f}; "
                f"{pruner.explain(trial.study, _noted(trial))}"
            )


def _noted(trial: optuna.Trial) -> FrozenTrial:
    """The trial as it is in the storage."""
    return trial.storage.get_trial(trial._trial_id)
