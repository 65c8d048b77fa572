"""The Wilcoxon signed-rank test against the best trial."""

from __future__ import annotations

import optuna
from optuna.pruners import WilcoxonPruner
from optuna.trial import FrozenTrial

from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.pruners import Pruner

THRESHOLD = 0.1


class Wilcoxon(WilcoxonPruner, Pruner):
    """Stops a trial whose curve is, step by step, significantly worse than the best trial's.

    The test pairs equal steps of two trials. It fits here because all trials of a study report
    at the same steps; steps of one curve are not independent, so it prunes late and rarely.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.WilcoxonPruner``.
    """

    def __init__(self, steps: int) -> None:
        with quiet_optuna():
            super().__init__(p_threshold=THRESHOLD, n_startup_steps=min(2, steps))

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Whose curve was better, over how many steps, and the threshold of the test."""
        return (
            f"over {len(trial.intermediate_values)} steps its curve is worse than that of trial "
            f"{study.best_trial.number}, the best, with p < {THRESHOLD:g} (signed-rank test)"
        )
