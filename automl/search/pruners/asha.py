"""Asynchronous successive halving."""

from __future__ import annotations

from optuna.pruners import BasePruner, SuccessiveHalvingPruner


def make(steps: int) -> BasePruner:
    """At steps 1, 3, 9 … the better third goes on.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
    """
    return SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, min_early_stopping_rate=0)
