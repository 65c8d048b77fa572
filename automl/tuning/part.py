"""A part of a study, as Optuna's plots can take it."""

from __future__ import annotations

import copy
from collections.abc import Container, Sequence
from math import isfinite

import optuna
from optuna.trial import FrozenTrial, TrialState

from automl.tuning.quiet import quiet_optuna

# Plots of more trials than these are slow to draw and no easier to read.
MOST_TRIALS = 1000


class Part(optuna.Study):
    """A study of which only some trials are looked at, under their own numbers.

    Plots write what was noted of a trial beside its point; here nothing was, for whole
    configurations are among the notes.

    Args:
        study: The study.
        trials: Those of its trials that are looked at.
        objectives: How many of its objectives are looked at; plots of parameters can take one.
    """

    def __init__(
        self, study: optuna.Study, trials: Sequence[FrozenTrial], objectives: int = 1
    ) -> None:
        with quiet_optuna():
            super().__init__(study.study_name, study._storage)
        self._directions = study.directions[:objectives]
        self._trials = [_without_notes(with_objectives(each, objectives)) for each in trials]

    def get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trials that are looked at; never copies, for nobody changes them."""
        return [each for each in self._trials if states is None or each.state in states]


def choose(study: optuna.Study, most: int = MOST_TRIALS) -> list[FrozenTrial]:
    """All trials, or of too many the best half of ``most`` and an even sample of the others."""
    trials = study.get_trials(deepcopy=False)
    if len(trials) <= most:
        return trials
    sign = -1 if study.directions[0] == optuna.study.StudyDirection.MAXIMIZE else 1
    complete = [each for each in trials if _has_value(each)]
    complete.sort(key=lambda each: sign * each.values[0])
    best = complete[: most // 2]
    others = sorted({each.number for each in trials} - {each.number for each in best})
    room = most - len(best)
    sample = {others[at * len(others) // room] for at in range(room)}
    kept = sample | {each.number for each in best}
    return [each for each in trials if each.number in kept]


def _has_value(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.COMPLETE and isfinite(trial.values[0])


def with_objectives(trial: FrozenTrial, number: int) -> FrozenTrial:
    """A trial as one of the first ``number`` objectives alone."""
    if not trial.values or len(trial.values) <= number:
        return trial
    alone = copy.copy(trial)
    alone.values = trial.values[:number]
    return alone


def _without_notes(trial: FrozenTrial) -> FrozenTrial:
    bare = copy.copy(trial)
    bare.user_attrs = {}
    return bare
