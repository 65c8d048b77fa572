"""Asynchronous successive halving."""

from __future__ import annotations

from optuna.pruners import BasePruner, SuccessiveHalvingPruner


def make(steps: int) -> BasePruner:
    """At a ninth and at a third of a whole trial, the better third goes on.

    Earlier than that, a curve says more about its learning rate than about its end; later than
    that, little is left to save.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
    """
    return SuccessiveHalvingPruner(min_resource=-(-steps // 9), reduction_factor=3)
