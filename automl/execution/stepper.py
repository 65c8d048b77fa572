"""Trials as suspended computations: held between their reporting steps, advanced one at a time."""

from __future__ import annotations

from typing import Any

from automl.core.protocols import Finished, Measured, Runner
from automl.core.trial import Decision, Trial, TrialSpec


class Stepper:
    """Takes trials from one reporting step to the next, wherever it lives.

    Args:
        runner: What runs the trials.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._trials: dict[int, Trial] = {}

    def start(self, spec: TrialSpec, data: Any) -> Measured | Finished:
        """Begin a trial and run it up to its first measurement, or its end."""
        return self._resume(spec.number, self._runner(spec, data), None)

    def advance(self, number: int, decision: Decision) -> Measured | Finished:
        """Give trial ``number`` the answer it waits for and run it to its next step."""
        return self._resume(number, self._trials.pop(number), decision)

    def drop(self, number: int) -> None:
        """End trial ``number`` where it is suspended; what its clean-up raises comes out."""
        self._trials.pop(number).close()

    def _resume(self, number: int, trial: Trial, decision: Decision | None) -> Measured | Finished:
        try:
            measurement = next(trial) if decision is None else trial.send(decision)
        except StopIteration as end:
            return Finished(end.value)
        self._trials[number] = trial
        return Measured(number, measurement)
