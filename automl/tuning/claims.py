"""Which process runs which trial of a study, and how often a trial was lost with its process."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

import optuna
from optuna.trial import FrozenTrial, TrialState

from automl.core.executor import MOST_LOSSES
from automl.core.machine import is_alive, this_process
from automl.core.trial import Status
from automl.tuning.optuna_private import study_storage, trial_id
from automl.tuning.study_state import StudyState
from automl.tuning.trial_records import has_begun


@dataclass(frozen=True)
class LossCount:
    """How often a trial was lost with its process since its last report.

    Args:
        step: Last reported step of the trial, 0 for none.
        count: Number of losses since that step.
    """

    KEY: ClassVar[str] = "lost"

    step: int
    count: int

    @classmethod
    def of(cls, trial: FrozenTrial) -> LossCount:
        """The losses of ``trial``; none if it has reported since it was last lost."""
        step, count = trial.user_attrs.get(cls.KEY, (0, 0))
        reached = trial.last_step or 0
        return cls(reached, count if step == reached else 0)

    @property
    def one_more(self) -> LossCount:
        """The count after another loss."""
        return LossCount(self.step, self.count + 1)

    @property
    def too_many(self) -> bool:
        """Whether the trial is given up."""
        return self.count >= MOST_LOSSES

    def as_record(self) -> list[int]:
        """The value that the study's storage keeps."""
        return [self.step, self.count]


class TrialClaims:
    """Claims trials for this process, releases them, and takes over those of dead processes.

    Args:
        study: The study.
        state: The study's trials as they are now.
    """

    # Study and number of the trials that searches of this process hold. A search that broke off
    # because its storage was gone could not release them there.
    _held: ClassVar[set[tuple[str, int]]] = set()

    def __init__(self, study: optuna.Study, state: StudyState) -> None:
        self._storage, self._state = study_storage(study), state
        self._study, self._owner = study.study_name, this_process()

    def claim(self, trial: optuna.Trial) -> None:
        """Note that this process runs a trial."""
        trial.set_user_attr("owner", self._owner)
        self._held.add((self._study, trial.number))

    def forget(self, number: int) -> None:
        """This process no longer runs a trial, whether or not the storage could be told."""
        self._held.discard((self._study, number))

    def let_go(self, numbers: Collection[int]) -> None:
        """Release the trials that a search still had when it ended, for whatever reason."""
        for number in numbers:
            self.forget(number)
        for number in numbers:
            self.release(number)

    def release(self, number: int) -> None:
        """Have a running trial wait, to be resumed later; one that has ended stays as it is."""
        trial = self._state.trial(number)
        if trial.state == TrialState.RUNNING:
            self._storage.set_trial_state_values(trial_id(trial), TrialState.WAITING)

    def take_over(self) -> None:
        """Release the trials of dead processes; fail those that were lost too often."""
        for trial in self._state.running():
            owner = trial.user_attrs.get("owner", "")
            if self._has(trial.number) if owner == self._owner else is_alive(owner):
                continue
            if has_begun(trial) and self.lose(trial.number).too_many:
                reason = "given up: its process died several times before its next report"
                self._give_up(trial, reason)
            else:
                self.release(trial.number)

    def lose(self, number: int) -> LossCount:
        """Count that a trial was lost with its process."""
        trial = self._state.trial(number)
        losses = LossCount.of(trial).one_more
        self._storage.set_trial_user_attr(trial_id(trial), LossCount.KEY, losses.as_record())
        return losses

    def _has(self, number: int) -> bool:
        return (self._study, number) in self._held

    def _give_up(self, trial: FrozenTrial, reason: str) -> None:
        for key, value in {"reason": reason, "status": Status.FAILED.value}.items():
            self._storage.set_trial_user_attr(trial_id(trial), key, value)
        self._storage.set_trial_state_values(trial_id(trial), TrialState.FAIL)
