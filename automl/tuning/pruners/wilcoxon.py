"""The Wilcoxon signed-rank test against the best trial."""

from __future__ import annotations

import optuna
from optuna.pruners import WilcoxonPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.quiet import quiet_optuna

THRESHOLD = 0.1


class Wilcoxon(WilcoxonPruner, Pruner):
    """Two curves are compared step by step."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Whose curve was better, over how many steps, and the threshold of the test."""
        return (
            f"over {len(trial.intermediate_values)} steps its curve is worse than that of trial "
            f"{study.best_trial.number}, the best, with p < {THRESHOLD:g} (signed-rank test)"
        )


def make(steps: int) -> Pruner:
    """Stop a trial whose curve is, step by step, significantly worse than the best trial's.

    The test pairs equal steps of two trials. It fits here because all trials of a study report
    at the same steps; steps of one curve are not independent, so it prunes late and rarely.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.WilcoxonPruner``.
    """
    with quiet_optuna():
        return Wilcoxon(p_threshold=THRESHOLD, n_startup_steps=min(2, steps))
