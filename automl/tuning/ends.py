"""How Optuna is told of the ends of trials, so that samplers learn from each of them."""

from __future__ import annotations

import optuna
from optuna.trial import TrialState

from automl.core.records import TrialRecord
from automl.core.trial import Status, TrialResult
from automl.tuning.claims import Claims
from automl.tuning.quiet import quiet_optuna
from automl.tuning.reading import costs_of
from automl.tuning.standing import Standing
from automl.tuning.trial_facts import FEASIBLE, OUT_OF_BOUNDS, note_end

# Of several objectives TPE cannot rank the trials that were stopped by what they reported. With so
# small a violation they rank behind all that came to their end, and before those out of bounds.
STOPPED_EARLY, SLIGHT = "stopped early", 1e-6
# A trial out of bounds is a pruned one with a constraint.
_STATES = {
    Status.COMPLETE: TrialState.COMPLETE,
    Status.PRUNED: TrialState.PRUNED,
    Status.INFEASIBLE: TrialState.PRUNED,
    Status.DIVERGED: TrialState.PRUNED,
    Status.FAILED: TrialState.FAIL,
}


class Ends:
    """Tells Optuna of trials that ended, on a worker or before they came to one.

    Args:
        study: The study.
        standing: Its trials as they are.
        claims: Lets go of those that pause.
    """

    def __init__(self, study: optuna.Study, standing: Standing, claims: Claims) -> None:
        self._study, self._standing, self._claims = study, standing, claims

    def tell(self, trial: optuna.Trial) -> TrialRecord:
        """Tell of a trial's end as ``note_end`` left it; a paused one waits to go on."""
        status = Status(trial.user_attrs["status"])
        if status is Status.PAUSED:
            self._claims.release(trial.number)
            return self._standing.record(trial.number)
        self._constrain(trial, status)
        values = self._objectives(trial.number) if status is Status.COMPLETE else None
        return self._tell(trial, _STATES[status], values)

    def reject(self, trial: optuna.Trial, reason: str, violation: float) -> TrialRecord:
        """Tell that a configuration cannot be run, and by how much it was over."""
        result = TrialResult(trial.number, Status.INFEASIBLE, reason=reason, violation=violation)
        note_end(trial, result, f"**Infeasible: {reason}**")
        return self.tell(trial)

    def repeat(self, trial: optuna.Trial, twin: int) -> TrialRecord:
        """Tell that an earlier trial had this configuration, and how that one ended."""
        earlier = self._standing.record(twin)
        trial.set_user_attr("status", "duplicate")
        trial.set_user_attr("reason", f"the same configuration as trial {twin}")
        if earlier.status == "complete":
            return self._tell(trial, TrialState.COMPLETE, self._objectives(twin))
        return self._tell(trial, TrialState.FAIL)

    def _constrain(self, trial: optuna.Trial, status: Status) -> None:
        """Set the constraint that samplers learn from: 0 or less is feasible."""
        if status in OUT_OF_BOUNDS:
            trial.set_constraint(FEASIBLE, trial.user_attrs["violation"])
        elif status is Status.PRUNED and len(self._study.directions) > 1:
            trial.set_constraint(STOPPED_EARLY, SLIGHT)

    def _tell(
        self, trial: optuna.Trial, state: TrialState, values: list[float] | None = None
    ) -> TrialRecord:
        with quiet_optuna():
            self._study.tell(trial, values, state=state)
        return self._standing.record(trial.number)

    def _objectives(self, number: int) -> list[float]:
        """A trial's value and what its model costs, in the order of the study's objectives."""
        trial = self._standing.trial(number)
        costs = costs_of(trial, (self._study.metric_names or [])[1:])
        return [trial.user_attrs["value"], *(each for each in costs if each is not None)]
