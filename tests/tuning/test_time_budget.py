"""How a time limit is divided among the trials and the final model."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from automl.core.records import TrialRecord
from automl.tuning.time_budget import (
    FINAL_SHARE,
    LEAST_SECONDS,
    TRIAL_SHARE,
    TimeBudget,
    WorkPace,
)


class Clock:
    """A clock that goes as a test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_budget(
    timeout: float | None, finalize: bool = True, slots: int = 2
) -> tuple[TimeBudget, Clock]:
    clock = Clock()
    return TimeBudget(timeout, finalize=finalize, slots=slots, now=clock), clock


def ended(seconds: float) -> TrialRecord:
    return TrialRecord(0, "complete", 0.5, {}, seconds=seconds)


def test_without_a_limit_everything_is_granted() -> None:
    budget, clock = make_budget(None)
    clock.now += 1e6
    assert budget.has_room
    assert budget.grant is None
    assert not budget.over
    assert budget.in_words() == ""


def test_a_trial_is_granted_its_share_and_near_the_end_what_is_left() -> None:
    budget, clock = make_budget(800)
    budget.learn([ended(10)])
    assert budget.grant == 100
    clock.now += 640  # 44 s are kept for the final model: 4 rounds of refits that take 11 s
    assert budget.kept == 44
    assert budget.grant == 100
    clock.now += 45
    assert budget.grant == 800 - 44 - 685 - 1
    assert budget.has_room
    clock.now += 22
    assert not budget.has_room  # what is left would train too little


def test_at_most_a_quarter_is_kept_for_the_final_model() -> None:
    budget, clock = make_budget(100)
    assert budget.kept == 25
    budget.learn([ended(60)])
    assert budget.kept == 25
    clock.now += 75
    assert budget.over
    assert budget.in_words() == "time limit 1 min 40 s: up to 25 s are kept for the final model"


def test_nothing_is_kept_for_a_final_model_that_is_not_made() -> None:
    budget, clock = make_budget(100, finalize=False)
    budget.learn([ended(60)])
    clock.now += 99
    assert not budget.over
    clock.now += 1
    assert budget.over


def test_the_first_model_has_a_little_more_time() -> None:
    budget, clock = make_budget(5)
    assert budget.grant == LEAST_SECONDS
    clock.now += 60
    assert budget.has_room
    assert not budget.over
    clock.now += 5
    assert budget.over
    assert budget.overdue


def test_a_first_trial_is_granted_a_little_though_reading_the_data_took_the_time() -> None:
    budget, clock = make_budget(200)
    clock.now += 190
    assert budget.grant == 10
    budget.learn([ended(1)])
    assert budget.grant == LEAST_SECONDS


def test_until_a_first_trial_is_complete_trials_have_the_time_of_the_refits() -> None:
    clock = Clock()
    budget = TimeBudget(120, finalize=True, slots=2, closing=8, now=clock)
    budget.learn_of_weights()
    clock.now += 111  # 30 s are kept where there is something to refit
    assert not budget.over
    clock.now += 2
    assert budget.over  # a paused trial is measured and written in 8 s
    budget.learn([ended(1)])
    assert budget.kept == 8 + 4 * 2


def test_a_trial_whose_first_weights_come_late_has_time_to_pause() -> None:
    budget, clock = make_budget(20)
    clock.now += 50
    budget.learn_of_weights()
    assert budget.over
    assert not budget.overdue
    clock.now += 11
    assert budget.overdue


def test_on_a_very_slow_machine_closing_has_a_share_of_the_time() -> None:
    clock = Clock()
    budget = TimeBudget(120, finalize=True, slots=2, closing=500, now=clock)
    budget.learn_of_weights()
    clock.now += 71
    assert not budget.over
    budget.learn([ended(1)])
    clock.now += 2
    assert budget.over


def test_work_that_waits_for_the_processor_is_slow() -> None:
    pace = WorkPace()
    assert pace.slowdown == 1.0
    with pace:
        time.sleep(0.05)
    assert pace.last >= 0.05
    assert pace.slowdown > 2


def test_once_there_is_a_model_running_trials_have_a_few_seconds() -> None:
    budget, clock = make_budget(5, finalize=False)
    budget.learn([ended(1)])
    clock.now += 14
    assert budget.over
    assert not budget.overdue
    clock.now += 2
    assert budget.overdue


def test_a_deterministic_search_grants_no_shares() -> None:
    budget = TimeBudget(100, finalize=True, slots=1, grants=False)
    assert budget.grant is None
    assert budget.has_room


@given(
    timeout=st.floats(1, 1e6),
    used=st.floats(0, 2),
    seconds=st.floats(0, 1e6),
    slots=st.integers(1, 64),
)
def test_a_trial_never_takes_what_is_kept(
    timeout: float, used: float, seconds: float, slots: int
) -> None:
    budget, clock = make_budget(timeout, slots=slots)
    budget.learn([ended(seconds)])
    clock.now += used * timeout
    assert budget.kept <= FINAL_SHARE * timeout
    assert budget.grant is not None
    assert budget.grant <= max(TRIAL_SHARE * timeout, LEAST_SECONDS)
    if budget.has_room and budget.grant > LEAST_SECONDS:
        assert budget.elapsed + budget.grant + budget.kept <= timeout * (1 + 1e-9) + 1e-3
