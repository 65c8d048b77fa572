"""Importances name what matters, say what they are based on, and do not guess."""

from __future__ import annotations

import random

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState, create_trial

from automl.tuning.importances import FEWEST, Importances, importances

UNIT = optuna.distributions.FloatDistribution(0.0, 1.0)


def make_study(direction: str = "maximize") -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(direction=direction)


def add(
    study: optuna.Study,
    reports: dict[int, float],
    state: TrialState = TrialState.COMPLETE,
    status: str = "",
    **params: float,
) -> None:
    """A trial that reported so; a complete one has its last report as value."""
    study.add_trial(
        create_trial(
            state=state,
            value=reports[max(reports)] if state == TrialState.COMPLETE else None,
            params=params,
            distributions=dict.fromkeys(params, UNIT),
            intermediate_values=reports,
            user_attrs={"status": status or state.name.lower()},
        )
    )


def complete(study: optuna.Study, number: int) -> None:
    """Trials of which ``matters`` is the value, and ``idle`` is nothing."""
    numbers = random.Random(0)
    for _ in range(number):
        matters = numbers.random()
        add(study, {4: matters}, matters=matters, idle=numbers.random())


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_what_matters_comes_first(direction: str) -> None:
    study = make_study(direction)
    complete(study, 40)
    found = importances(study)
    assert found.basis == "40 complete trials"
    assert list(found.shares) == ["matters", "idle"]
    assert found.shares["matters"] > 0.7


def test_the_same_study_has_the_same_importances() -> None:
    study = make_study()
    complete(study, 20)
    assert importances(study) == importances(study)


def test_with_pruning_all_are_compared_where_the_first_was_stopped() -> None:
    study, numbers = make_study(), random.Random(0)
    for number in range(30):
        early, late = numbers.random(), numbers.random()
        if number < 4:
            add(study, {2: early, 4: early - 1, 8: late}, early=early, late=late)
        else:
            add(study, {2: early}, TrialState.PRUNED, early=early, late=late)
    add(study, {1: 0.9}, TrialState.FAIL, "failed", early=0.1, late=0.1)
    found = importances(study)
    assert found.basis == ("30 trials, compared at step 2 of 8, where pruning first stopped one")
    assert list(found.shares) == ["early", "late"]


def test_a_parameter_that_few_trials_have_is_weighed_too() -> None:
    study, numbers = make_study(), random.Random(0)
    for number in range(30):
        branch = {"sgd.lr": numbers.random()} if number % 3 else {"adam.lr": numbers.random()}
        add(study, {1: branch.get("sgd.lr", 0.1)}, **branch)
    assert list(importances(study).shares) == ["sgd.lr", "adam.lr"]


def test_too_few_trials_are_no_evidence() -> None:
    study = make_study()
    complete(study, FEWEST - 1)
    assert importances(study) == Importances({}, "9 complete trials: too few, it takes 10")
    complete(study, 1)
    assert importances(study).shares


def test_a_repeated_configuration_counts_once() -> None:
    study = make_study()
    complete(study, FEWEST - 1)
    add(study, {4: 0.5}, status="duplicate", matters=0.5, idle=0.5)
    assert importances(study).basis.startswith("9 complete trials")


def test_equal_values_are_no_evidence() -> None:
    study = make_study()
    for number in range(20):
        add(study, {4: 0.5}, x=number / 20)
    assert importances(study) == Importances({}, "20 complete trials: all have the same value")


def test_a_study_without_parameters_has_no_importances() -> None:
    study = make_study()
    for number in range(20):
        add(study, {4: number / 20})
    assert importances(study).shares == {}


def test_an_empty_study_has_no_importances() -> None:
    assert importances(make_study()) == Importances({}, "0 complete trials: too few, it takes 10")


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), max_size=40))
def test_shares_add_up_and_the_study_stays_as_it_was(
    trials: list[tuple[float, float, bool]],
) -> None:
    study = make_study()
    for x, score, pruned in trials:
        add(study, {1: score}, TrialState.PRUNED if pruned else TrialState.COMPLETE, x=x, y=score)
    before = study.get_trials()
    shares = list(importances(study).shares.values())
    assert shares == sorted(shares, reverse=True)
    assert not shares or sum(shares) == pytest.approx(1)
    assert study.get_trials() == before
