"""What a judge reports and decides, with a real trial."""

from __future__ import annotations

import threading
from dataclasses import replace

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import PLAN

from automl.core.records import TrialRecord
from automl.core.trial import CONTINUE, Measurement, Verdict
from automl.tuning.judge import MAX_REPORTS, Judge
from automl.tuning.time_budget import TimeBudget


@pytest.fixture
def trial() -> optuna.Trial:
    return make_trial()


def make_trial() -> optuna.Trial:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(direction="maximize", pruner=optuna.pruners.NopPruner()).ask()


def make_judge(epochs: int = 1, timeout: float | None = None) -> tuple[Judge, threading.Event]:
    """A judge of trials of so many epochs; one epoch has four steps."""
    stop = threading.Event()
    plan = replace(PLAN, epochs=epochs, pruner="none")
    budget = TimeBudget(timeout, finalize=False, slots=1)
    budget.learn([TrialRecord(0, "complete", 0.5, {})])
    return Judge("accuracy", plan, budget, stop), stop


def measured(step: int) -> Measurement:
    return Measurement(step, step / 2, {"accuracy": step / 1000}, 0.1 * step)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300))
def test_at_most_twenty_reports_reach_the_storage(epochs: int) -> None:
    trial, (judge, _) = make_trial(), make_judge(epochs)
    steps = replace(PLAN, epochs=epochs).steps
    for step in range(1, steps + 1):
        assert judge(trial, measured(step)) == CONTINUE
    reported = trial.study.trials[0].intermediate_values
    assert 1 <= len(reported) <= MAX_REPORTS
    assert max(reported) == steps


def test_a_step_seen_before_a_pause_is_not_reported_again(trial: optuna.Trial) -> None:
    judge, _ = make_judge(1)
    for step in (1, 2, 2, 3):
        judge(trial, measured(step))
    assert sorted(trial.study.trials[0].intermediate_values) == [1, 2, 3]


def test_a_stop_pauses_but_lets_a_finished_trial_end(trial: optuna.Trial) -> None:
    judge, stop = make_judge(1)
    stop.set()
    assert judge(trial, measured(3)).verdict is Verdict.PAUSE
    assert judge(trial, measured(4)) == CONTINUE


def test_the_time_limit_pauses(trial: optuna.Trial) -> None:
    judge, _ = make_judge(1, timeout=0.0)
    decision = judge(trial, measured(1))
    assert (decision.verdict, decision.reason) == (Verdict.PAUSE, "time limit")
