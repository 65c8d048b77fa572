"""The median stopping rule."""

from __future__ import annotations

import optuna
from optuna.pruners import MedianPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.pruners.quantile import explain_quantile


class Median(MedianPruner, Pruner):
    """Stops a trial whose best so far is worse than the median of the others at that step.

    Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (KDD 2017).
    """

    def __init__(self, steps: int) -> None:
        super().__init__(n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the median there."""
        return explain_quantile(study, trial, 50.0, "the median")
