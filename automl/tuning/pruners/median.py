"""The median stopping rule."""

from __future__ import annotations

from optuna.pruners import BasePruner, MedianPruner


def make(steps: int) -> BasePruner:
    """Stop a trial whose best so far is worse than the median of the others at that step.

    Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (KDD 2017).
    """
    return MedianPruner(n_startup_trials=5, n_warmup_steps=steps // 10)
