"""Asynchronous successive halving."""

from __future__ import annotations

from optuna.pruners import BasePruner, SuccessiveHalvingPruner


def make(steps: int) -> BasePruner:
    """At a ninth and at a third of a whole trial, the better third goes on.

    Earlier than that, a curve says more about its learning rate than about its end.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
    """
    return SuccessiveHalvingPruner(min_resource=max(1, steps // 9), reduction_factor=3)
