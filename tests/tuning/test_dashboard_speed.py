"""The dashboard draws some of many curves, and importances of enough trials only."""

from __future__ import annotations

import optuna
import pytest
from optuna_dashboard import _app
from optuna_dashboard._inmemory_cache import InMemoryCache

from automl.tuning.dashboard import MOST_CURVES, quick_dashboard
from automl.tuning.importances import FEWEST


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("count", [2 * MOST_CURVES - 1, 4 * MOST_CURVES])
def test_of_many_curves_those_of_the_best_and_the_latest_are_shown(
    direction: str, count: int
) -> None:
    study = optuna.create_study(direction=direction)
    for number in range(count):
        study.add_trial(optuna.trial.create_trial(value=number, intermediate_values={1: number}))
    running = study.ask()
    running.report(0.5, 1)
    with quick_dashboard():
        trials = _app.get_trials(InMemoryCache(), study._storage, study._study_id)
    shown = {each.number for each in trials if each.intermediate_values}
    assert [each.number for each in trials] == list(range(count + 1))
    latest = set(range(count + 1 - MOST_CURVES, count + 1))
    best = range(count)[-MOST_CURVES:] if direction == "maximize" else range(MOST_CURVES)
    assert shown == (latest | set(best) if count > 2 * MOST_CURVES else set(range(count + 1)))
    assert all(each.intermediate_values for each in study.trials)


def test_a_trial_that_is_held_at_a_rung_is_shown_as_pruned() -> None:
    study = optuna.create_study()
    held, running = study.ask(), study.ask()
    held.set_user_attr("status", "pruned")
    held.set_user_attr("owner", "")
    with quick_dashboard():
        trials = _app.get_trials(InMemoryCache(), study._storage, study._study_id)
    assert [each.state.name for each in trials] == ["PRUNED", "RUNNING"]
    assert study.trials[running.number].state.name == "RUNNING"


@pytest.mark.parametrize(
    ("complete", "told"), [(FEWEST - 1, set()), (FEWEST, {"x", "y"})], ids=["few", "enough"]
)
def test_importances_are_drawn_of_enough_trials_only(complete: int, told: set[str]) -> None:
    study = optuna.create_study()
    for at in range(complete):
        trial = study.ask()
        study.tell(trial, trial.suggest_float("x", at, at + 1) + trial.suggest_float("y", 0, 0.1))
    with quick_dashboard():
        found = _app.get_param_importance_from_trials_cache(
            InMemoryCache(), study._storage, study._study_id, 0, study.trials
        )
    assert {each["name"] for each in found} == told
