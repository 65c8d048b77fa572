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
from automl.tuning.trial_records import LATENCY

# The dashboard slows down with more reports per trial; full curves go to the trial's folder.
MAX_REPORTS = 20

# Trial attribute with the step it was stopped at and why, in case it is lost before it is told.
STOPPED = "stopped"


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
        self._stride = -(-plan.steps // MAX_REPORTS)

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
        step, reason = trial.user_attrs.get(STOPPED, (0, ""))
        if step != measurement.step:
            reason = self._weigh(trial, measurement)
        return Decision(Verdict.STOP, reason) if reason else CONTINUE

    def _weigh(self, trial: optuna.Trial, measurement: Measurement) -> str:
        """Reason to stop the trial, or ""; kept in the study until the trial has been told."""
        due, step, seconds = self._report(trial, measurement), measurement.step, measurement.seconds
        reason = self._limits.exceeded(seconds)
        if due and not reason:
            reason = self._prune(trial, measurement)
        if reason:
            trial.set_user_attr(STOPPED, (step, reason))
        return reason

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

    def _prune(self, trial: optuna.Trial, measurement: Measurement) -> str:
        """Reason of the pruner to stop the trial, or ""."""
        reported, pruner = measurement.metrics[self._metric], trial.study.pruner
        with quiet_optuna():
            if not pruner.prune(trial.study, _stored(trial)):
                return ""
            assert isinstance(pruner, Pruner), f"{pruner} gives no reasons"
            return (
                f"{self._pruner} at epoch {epoch(measurement.epoch)}: "
                f"{self._metric} {value(reported)}; "
                f"{pruner.explain(trial.study, _stored(trial))}"
            )


def _stored(trial: optuna.Trial) -> FrozenTrial:
    """The trial as it is in the storage now."""
    return trial.storage.get_trial(trial_id(trial))
