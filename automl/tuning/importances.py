"""Importances: how much each parameter matters for being among the best trials."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from automl.core.text import count
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.trial_records import status_of

# Of fewer trials than these, importances would be noise.
FEWEST = 10
# The share of trials that are the best ones, and how many of them there are at least.
BEST_SHARE, FEWEST_BEST = 0.1, 5


@dataclass(frozen=True)
class Importances:
    """What distinguishes the best trials of a study.

    Args:
        shares: Parameter -> its share of what does, in all 1, the largest first; empty where too
            little is known.
        basis: What that is based on, in words, or why there is nothing.
    """

    shares: Mapping[str, float]
    basis: str


@dataclass(frozen=True)
class _Compared:
    """Trials with comparable values, and where the values come from, in words."""

    trials: tuple[FrozenTrial, ...]
    basis: str


def importances(study: optuna.Study) -> Importances:
    """How much each parameter of a study matters.

    Complete trials are compared by their values, of several the metric's. Where pruning lets few of
    them be complete, all that were measured are compared by the best they had reported when the
    first of them was stopped: later on only those are left that were good already.

    Source: Watanabe et al., "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
    Arbitrary Subspaces" (IJCAI 2023), as Optuna has it.
    """
    compared = _choose(study)
    number = len(compared.trials)
    if number < FEWEST:
        return Importances({}, f"{compared.basis}: too few, it takes {FEWEST}")
    if len({each.value for each in compared.trials}) == 1:
        return Importances({}, f"{compared.basis}: all have the same value")
    weights = _weigh(study, compared.trials)
    total = sum(weights.values())
    if not total:
        return Importances({}, f"{compared.basis}: nothing sets the best of them apart")
    ordered = sorted(weights, key=lambda name: (-weights[name], name))
    return Importances({name: weights[name] / total for name in ordered}, compared.basis)


def with_objectives(trial: FrozenTrial, number: int) -> FrozenTrial:
    """A trial with only its first ``number`` objectives."""
    if not trial.values or len(trial.values) <= number:
        return trial
    alone = copy.copy(trial)
    alone.values = trial.values[:number]
    return alone


def _choose(study: optuna.Study) -> _Compared:
    known = study.get_trials(deepcopy=False)
    trials = [with_objectives(each, 1) for each in known if status_of(each) != "duplicate"]
    complete = tuple(each for each in trials if each.state == TrialState.COMPLETE)
    measured = [each for each in trials if each.intermediate_values]
    stopped = [each.last_step for each in measured if status_of(each) == "pruned"]
    if not stopped or len(complete) >= max(FEWEST, len(measured) / 2):
        return _Compared(complete, count(len(complete), "complete trial"))
    step = min(each for each in stopped if each is not None)
    last = max((each.last_step or 0 for each in complete), default=0)
    early = tuple(_as_at(measured, step, study.directions[0]))
    of = f" of {last}" if last else ""
    stop = "where pruning first stopped one"
    return _Compared(early, f"{count(len(early), 'trial')}, compared at step {step}{of}, {stop}")


def _as_at(
    trials: Iterable[FrozenTrial], step: int, direction: optuna.study.StudyDirection
) -> Iterable[FrozenTrial]:
    """The trials that reached a step, as complete ones with their best report until then."""
    best = max if direction == optuna.study.StudyDirection.MAXIMIZE else min
    for each in trials:
        by_then = [value for at, value in each.intermediate_values.items() if at <= step]
        if (each.last_step or 0) >= step and all(map(isfinite, by_then)):
            yield create_trial(
                value=best(by_then), params=each.params, distributions=each.distributions
            )


def _weigh(study: optuna.Study, trials: tuple[FrozenTrial, ...]) -> dict[str, float]:
    # Imports scikit-learn, which takes seconds.
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    share = max(BEST_SHARE, FEWEST_BEST / len(trials))
    with quiet_optuna():
        copy = optuna.create_study(direction=study.directions[0])
        copy.add_trials(trials)
        evaluator = PedAnovaImportanceEvaluator(target_quantile=share)
        return get_param_importances(copy, evaluator=evaluator, normalize=False)
