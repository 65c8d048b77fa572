"""The Wilcoxon signed-rank test against the best trial."""

from __future__ import annotations

from optuna.pruners import BasePruner, WilcoxonPruner

from automl.tuning.quiet import quiet_optuna


def make(steps: int) -> BasePruner:
    """Stop a trial whose curve is, step by step, significantly worse than the best trial's.

    The test pairs equal steps of two trials. It fits here because all trials of a study report
    at the same steps; steps of one curve are not independent, so it prunes late and rarely.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.WilcoxonPruner``.
    """
    with quiet_optuna():
        return WilcoxonPruner(p_threshold=0.1, n_startup_steps=min(2, steps))
