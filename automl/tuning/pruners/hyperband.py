"""Hyperband: several successive halvings, from hasty to patient."""

from __future__ import annotations

import optuna
from optuna.pruners import HyperbandPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.pruners.halving import FACTOR, explain_rung
from automl.tuning.quiet import quiet_optuna


class Hyperband(HyperbandPruner, Pruner):
    """Brackets of successive halving; each trial belongs to one."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The bracket, the rung in it and its threshold."""
        bracket = self._get_bracket_id(study, trial)
        trials = study.get_trials(deepcopy=False)
        rivals = [each for each in trials if self._get_bracket_id(study, each) == bracket]
        return f"in bracket {bracket + 1} {explain_rung(study, trial, rivals)}"


def make(steps: int) -> Pruner:
    """Brackets whose first rungs are at 1, 3, 9 … steps.

    It must be the study's own pruner: samplers then look at a bracket's trials alone.

    Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization"
    (JMLR 2018).
    """
    with quiet_optuna():
        return Hyperband(min_resource=1, max_resource=steps, reduction_factor=FACTOR)
