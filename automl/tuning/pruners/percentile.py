"""The percentile stopping rule."""

from __future__ import annotations

from optuna.pruners import BasePruner, PercentilePruner


def make(steps: int) -> BasePruner:
    """Stop a trial whose best so far is not in the better quarter of the others at that step.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.PercentilePruner``.
    """
    return PercentilePruner(25.0, n_startup_trials=5, n_warmup_steps=steps // 10)
