"""Which process a study's trials are with, and what becomes of them when it dies."""

from __future__ import annotations

import optuna
from optuna.trial import FrozenTrial, TrialState

from automl.core.trial import Status
from automl.tuning.losses import Losses
from automl.tuning.owner import is_alive, this_process
from automl.tuning.standing import Standing
from automl.tuning.trial_facts import has_begun


class Claims:
    """Claims trials for this process, lets go of them, and takes over those of dead ones.

    Args:
        study: The study.
        standing: Its trials as they are.
    """

    def __init__(self, study: optuna.Study, standing: Standing) -> None:
        self._storage, self._standing = study._storage, standing
        self._owner = this_process()

    def claim(self, trial: optuna.Trial) -> None:
        """Note that a trial is with this process."""
        trial.set_user_attr("owner", self._owner)

    def release(self, number: int) -> None:
        """Let a running trial wait, to be gone on with later; one that has ended stays as it is."""
        trial = self._standing.trial(number)
        if trial.state == TrialState.RUNNING:
            self._storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)

    def take_over(self) -> None:
        """Let trials wait that dead processes left running; those lost too often are given up."""
        for trial in self._standing.trials(TrialState.RUNNING):
            owner = trial.user_attrs.get("owner", "")
            if owner == self._owner or is_alive(owner):
                continue
            if has_begun(trial) and self.lose(trial.number).too_many:
                reason = "given up: its process died several times before its next report"
                self._give_up(trial, reason)
            else:
                self.release(trial.number)

    def lose(self, number: int) -> Losses:
        """Count that a trial was lost with its process."""
        trial = self._standing.trial(number)
        losses = Losses.of(trial).one_more
        self._storage.set_trial_user_attr(trial._trial_id, Losses.KEY, losses.as_record())
        return losses

    def _give_up(self, trial: FrozenTrial, reason: str) -> None:
        for key, value in {"reason": reason, "status": Status.FAILED.value}.items():
            self._storage.set_trial_user_attr(trial._trial_id, key, value)
        self._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
