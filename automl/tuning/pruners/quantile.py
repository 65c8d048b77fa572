"""The reason that the median and the percentile rule give for pruning a trial."""

from __future__ import annotations

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.text import value


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
