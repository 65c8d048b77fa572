"""Judge: whether a trial continues after each measurement, by the pruner, the time and the user."""

from __future__ import annotations

import threading
import time

import optuna
from optuna.trial import FrozenTrial

from automl.core.text import epoch, value
from automl.core.trial import CONTINUE, Decision, Measurement, Verdict
from automl.tuning.optuna_private import quiet_optuna, trial_id
from automl.tuning.plan import Plan
from automl.tuning.pruners import Pruner
from automl.tuning.trial_records import LATENCY

# The dashboard slows down with more reports per trial; full curves go to the trial's folder.
MAX_REPORTS = 20

# Share of a time-limited search that one trial may take, so that each worker trains several.
TRIAL_SHARE = 0.25
# Seconds after the time limit in which trials may reach their next reporting step.
GRACE_SECONDS = 20.0
# Trial attribute with the step it was stopped at and why, in case it is lost before it is told.
STOPPED = "stopped"


class Judge:
    """Reports measurements to Optuna, and decides by its pruner, the time and the user.

    A trial resumed from a checkpoint repeats steps that were judged before: those are neither
    reported nor judged a second time.

    Args:
        metric: Name of the metric that ranks trials.
        plan: Plan of the study: its pruner, and the steps and time limits of a trial.
        budget: Time that the search and its trials may take.
        stop: Event that is set once the user asked to stop.
    """

    def __init__(self, metric: str, plan: Plan, budget: Budget, stop: threading.Event) -> None:
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
        reason = self._limits.exceeded(seconds) or self._budget.stops(seconds, step, self._steps)
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


class Budget:
    """Compares the cost of trials with the time that a search has.

    Args:
        timeout: Seconds the search may take, or None.
        limits_trials: Whether trials that would take too much of it are stopped or not begun.
    """

    def __init__(self, timeout: float | None, limits_trials: bool = True) -> None:
        self.timeout, self._limits_trials = timeout, limits_trials
        self._started = time.monotonic()
        self._fastest: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self._started

    @property
    def over(self) -> bool:
        """Whether the time limit has been reached."""
        return self.timeout is not None and self.elapsed >= self.timeout

    @property
    def overdue(self) -> bool:
        """Whether the extra time for running trials is over, too."""
        return self.timeout is not None and self.elapsed >= self.timeout + GRACE_SECONDS

    def learn(self, flops: int, seconds: float, epochs: float) -> None:
        """Note that ``epochs`` of a network with ``flops`` per example took ``seconds``."""
        if flops and epochs:
            rate = seconds / (flops * epochs)
            self._fastest = min(rate, self._fastest or rate)

    def refuses(self, flops: int, epochs: int) -> str:
        """Reason not to begin a trial of a network that is too slow, or "".

        The estimate assumes the fastest rate seen so far, so that only networks are refused that
        would be too slow even then.
        """
        if self._fastest is None:
            return ""
        return self._too_long(self._fastest * flops * epochs)

    def stops(self, seconds: float, step: int, steps: int) -> str:
        """Reason to stop a running trial that takes too long, or ""."""
        if self._fastest is None:  # the first trial may always run to its end
            return ""
        return self._too_long(seconds * steps / step)

    def _too_long(self, seconds: float) -> str:
        if not self._limits_trials or self.timeout is None or seconds <= self.timeout * TRIAL_SHARE:
            return ""
        return (
            f"too slow: about {seconds:.0f} s for a full trial; "
            f"{self.timeout * TRIAL_SHARE:.0f} s is a quarter of --timeout"
        )
