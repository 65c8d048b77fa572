"""What becomes of a trial after each measurement."""

from __future__ import annotations

import threading

import optuna

from automl.core.trial import CONTINUE, Decision, Measurement, Verdict
from automl.search.budget import Budget
from automl.search.quiet import quiet_optuna

# The dashboard slows down with more points a trial; full curves go to the trial's folder.
MAX_REPORTS = 20


class Judge:
    """Reports measurements to Optuna and decides by its pruner, the time and the user.

    Args:
        metric: The measured metric that ranks trials.
        steps: Reporting steps of a full trial.
        pruner: The pruner's name, for reasons.
        budget: The time a search and its trials may take.
        stop: Set when the user asked to stop.
    """

    def __init__(
        self, metric: str, steps: int, pruner: str, budget: Budget, stop: threading.Event
    ) -> None:
        self._metric, self._steps, self._pruner = metric, steps, pruner
        self._budget, self._stop = budget, stop
        self._stride = -(-steps // MAX_REPORTS)

    def __call__(self, trial: optuna.Trial, measurement: Measurement) -> Decision:
        """The decision on ``trial`` after ``measurement``."""
        reported = self._report(trial, measurement)
        if measurement.step >= self._steps:
            return CONTINUE  # nothing is left to save
        if self._stop.is_set():
            return Decision(Verdict.PAUSE, "interrupted")
        if self._budget.over:
            return Decision(Verdict.PAUSE, "time limit")
        slow = self._budget.stops(measurement.seconds, measurement.step, self._steps)
        if slow:
            return Decision(Verdict.STOP, slow)
        with quiet_optuna():
            weak = reported and trial.should_prune()
        return Decision(Verdict.STOP, self._reason(trial, measurement)) if weak else CONTINUE

    def _report(self, trial: optuna.Trial, measurement: Measurement) -> bool:
        """Report the step unless it is one of many, or was reported before a pause."""
        step = measurement.step
        due = step % self._stride == 0 or step == self._steps
        seen = step in trial.storage.get_trial(trial._trial_id).intermediate_values
        if due and not seen:
            trial.report(measurement.metrics[self._metric], step)
        return due

    def _reason(self, trial: optuna.Trial, measurement: Measurement) -> str:
        step, value = measurement.step, measurement.metrics[self._metric]
        others = [
            other.intermediate_values[step]
            for other in trial.study.get_trials(deepcopy=False)
            if step in other.intermediate_values and other.number != trial.number
        ]
        maximize = trial.study.direction == optuna.study.StudyDirection.MAXIMIZE
        better = sum(other > value if maximize else other < value for other in others)
        return (
            f"{self._pruner} at epoch {measurement.epoch:g}: {self._metric} {value:.4f} is "
            f"number {better + 1} of the {len(others) + 1} trials that came so far"
        )
