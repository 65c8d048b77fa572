"""Hyperband: several successive halvings, from hasty to patient."""

from __future__ import annotations

from optuna.pruners import BasePruner, HyperbandPruner

from automl.tuning.quiet import quiet_optuna


def make(steps: int) -> BasePruner:
    """Brackets of successive halving; each trial belongs to one.

    It must be the study's own pruner: samplers then look at a bracket's trials alone.

    Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization"
    (JMLR 2018).
    """
    with quiet_optuna():
        return HyperbandPruner(min_resource=1, max_resource=steps, reduction_factor=3)
