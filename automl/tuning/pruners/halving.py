"""What successive halving asks of a trial."""

from __future__ import annotations

from collections.abc import Iterable

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

# One in so many trials goes on from each rung.
FACTOR = 3


def explain_rung(study: optuna.Study, trial: FrozenTrial, rivals: Iterable[FrozenTrial]) -> str:
    """The rung that a trial was stopped at, and what it would have taken to get past it.

    Args:
        study: The study.
        trial: The trial, which Optuna has noted its rungs on.
        rivals: The trials that it competes with, itself among them.
    """
    rung = sum(key.startswith("completed_rung_") for key in trial.system_attrs)
    key = f"completed_rung_{rung - 1}"
    best_first = study.direction == StudyDirection.MAXIMIZE
    reached = (each.system_attrs[key] for each in rivals if key in each.system_attrs)
    values = sorted(reached, reverse=best_first)
    promoted = max(1, len(values) // FACTOR)
    return (
        f"rung {rung} asks for {values[promoted - 1]:.4f}, "
        f"the best {promoted} of the {len(values)} that came so far"
    )
