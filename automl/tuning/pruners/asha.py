"""Asynchronous successive halving."""

from __future__ import annotations

import optuna
from optuna.pruners import SuccessiveHalvingPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.pruners.front_halving import FrontHalving
from automl.tuning.pruners.halving import FACTOR, explain_rung


class Asha(SuccessiveHalvingPruner, Pruner):
    """Successive halving that waits for nobody; of several objectives by their fronts.

    At a ninth and at a third of a whole trial, the better third goes on. Earlier than that, a curve
    says more about its learning rate than about its end; later than that, little is left to save.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
    """

    several_objectives = True

    def __init__(self, steps: int) -> None:
        first = -(-steps // 9)
        super().__init__(min_resource=first, reduction_factor=FACTOR)
        self._fronts = FrontHalving(first)

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether a trial is too weak for the rung that it came to."""
        if len(study.directions) == 1:
            return super().prune(study, trial)
        position = self._fronts.position(study, trial)
        return position is not None and position.is_weak

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The rung, and its threshold or who is better."""
        if len(study.directions) == 1:
            return explain_rung(study, trial, study.get_trials(deepcopy=False))
        return str(self._fronts.position(study, trial))
