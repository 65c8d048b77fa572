"""Rules that compare a trial's curve with those of other trials, step by step."""

from __future__ import annotations

import numpy as np
import optuna
from optuna.pruners import MedianPruner, NopPruner, PercentilePruner, WilcoxonPruner
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.text import value
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.pruners import Pruner

PERCENTILE = 25.0
THRESHOLD = 0.1


def explain_quantile(study: optuna.Study, trial: FrozenTrial, percentile: float, name: str) -> str:
    """The best value of a trial, and the threshold of other trials at its last step.

    Args:
        study: The study.
        trial: The trial.
        percentile: Of the values of whole trials, counted from the better end.
        name: How to call it.
    """
    maximize, step = study.direction == StudyDirection.MAXIMIZE, trial.last_step
    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    values = [t.intermediate_values[step] for t in whole if step in t.intermediate_values]
    asked = np.percentile(values, 100 - percentile if maximize else percentile)
    best = (max if maximize else min)(trial.intermediate_values.values())
    return (
        f"its best so far is {value(best)}, and step {step} asks for {value(asked)}, "
        f"{name} of {len(values)} whole trials"
    )


class Median(MedianPruner, Pruner):
    """Stops a trial whose best so far is worse than the median of the others at that step.

    Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (KDD 2017).
    """

    def __init__(self, steps: int) -> None:
        super().__init__(n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the median there."""
        return explain_quantile(study, trial, 50.0, "the median")


class Percentile(PercentilePruner, Pruner):
    """Stops a trial whose best so far is not in the better quarter of the others at that step.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.PercentilePruner``.
    """

    def __init__(self, steps: int) -> None:
        super().__init__(PERCENTILE, n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the quartile there."""
        return explain_quantile(study, trial, PERCENTILE, "the best quarter")


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


class NeverPrune(NopPruner, Pruner):
    """Every trial runs to its end."""

    several_objectives = True

    def __init__(self, steps: int) -> None:
        """Nothing depends on ``steps``."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Nothing is ever asked for."""
        return "it was not stopped"
