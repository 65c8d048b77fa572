"""The percentile stopping rule."""

from __future__ import annotations

import optuna
from optuna.pruners import PercentilePruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner
from automl.tuning.pruners.quantile import explain_quantile

PERCENTILE = 25.0


class Percentile(PercentilePruner, Pruner):
    """Stops a trial whose best so far is not in the better quarter of the others at that step.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.PercentilePruner``.
    """

    def __init__(self, steps: int) -> None:
        super().__init__(PERCENTILE, n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the quartile there."""
        return explain_quantile(study, trial, PERCENTILE, "the best quarter")
