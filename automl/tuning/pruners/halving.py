"""The reason that successive halving gives for pruning a trial."""

from __future__ import annotations

from collections.abc import Iterable

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from automl.core.text import value
from automl.tuning.optuna_private import completed_rungs

# One in so many trials goes on from each rung.
FACTOR = 3


def explain_rung(study: optuna.Study, trial: FrozenTrial, rivals: Iterable[FrozenTrial]) -> str:
    """The rung that a trial was pruned at, and the value it needed to pass it.

    Args:
        study: The study.
        trial: The trial, which Optuna has noted its rungs on.
        rivals: The trials that it competes with, itself among them.
    """
    rung = len(completed_rungs(trial))
    reached = (completed_rungs(each).get(rung - 1) for each in rivals)
    best_first = study.direction == StudyDirection.MAXIMIZE
    values = sorted((each for each in reached if each is not None), reverse=best_first)
    promoted = max(1, len(values) // FACTOR)
    return (
        f"rung {rung} asks for {value(values[promoted - 1])}, "
        f"the best {promoted} of the {len(values)} that came so far"
    )
