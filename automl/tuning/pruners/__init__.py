"""When a weak trial is stopped early: one file a pruner."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

import optuna
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial


class Pruner(BasePruner):
    """An Optuna pruner that says why."""

    @abstractmethod
    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Which rule a trial that ``prune`` stops has broken: the rung or step, and the threshold.

        Args:
            study: The study.
            trial: As it is in the storage after ``prune``.
        """


class MakePruner(Protocol):
    """Makes a pruner."""

    def __call__(self, steps: int) -> Pruner:
        """A pruner of trials of up to ``steps`` reporting steps (>= 1)."""
