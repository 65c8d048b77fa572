"""Asynchronous successive halving."""

from __future__ import annotations

import optuna
from optuna.pruners import SuccessiveHalvingPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.pruners.halving import FACTOR, explain_rung


class Asha(SuccessiveHalvingPruner, Pruner):
    """Successive halving that waits for nobody."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The rung and its threshold."""
        return explain_rung(study, trial, study.get_trials(deepcopy=False))


def make(steps: int) -> Pruner:
    """At a ninth and at a third of a whole trial, the better third goes on.

    Earlier than that, a curve says more about its learning rate than about its end; later than
    that, little is left to save.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
    """
    return Asha(min_resource=-(-steps // 9), reduction_factor=FACTOR)
