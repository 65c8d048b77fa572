"""Hyperband: several successive halvings, from hasty to patient."""

from __future__ import annotations

import optuna
from optuna.pruners import HyperbandPruner
from optuna.trial import FrozenTrial

from automl.tuning.optuna_private import bracket_of, quiet_optuna
from automl.tuning.pruners import Pruner
from automl.tuning.pruners.halving import FACTOR, explain_rung


class Hyperband(HyperbandPruner, Pruner):
    """Brackets of successive halving whose first rungs are at 1, 3, 9 … steps.

    Each trial belongs to one. It must be the study's own pruner: samplers then look at a bracket's
    trials alone.

    Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization"
    (JMLR 2018).
    """

    def __init__(self, steps: int) -> None:
        with quiet_optuna():
            super().__init__(min_resource=1, max_resource=steps, reduction_factor=FACTOR)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The bracket, the rung in it and its threshold."""
        bracket = bracket_of(self, study, trial)
        trials = study.get_trials(deepcopy=False)
        rivals = [each for each in trials if bracket_of(self, study, each) == bracket]
        return f"in bracket {bracket + 1} {explain_rung(study, trial, rivals)}"
