"""What a trial may cost in a search with a time limit."""

from __future__ import annotations

from automl.tuning.judge import Budget


def test_without_a_limit_nothing_is_too_slow() -> None:
    budget = Budget(None)
    budget.learn(flops=1000, seconds=1.0, epochs=1)
    assert budget.refuses(flops=10**12, epochs=100) == ""
    assert budget.stops(seconds=10**6, step=1, steps=20) == ""
    assert not budget.over


def test_the_first_trial_may_always_end() -> None:
    assert Budget(100).stops(seconds=1000, step=1, steps=20) == ""


def test_a_network_that_would_take_too_long_is_not_begun() -> None:
    budget = Budget(100)
    budget.learn(flops=1000, seconds=1.0, epochs=1)
    assert budget.refuses(flops=2000, epochs=10) == ""
    assert budget.refuses(flops=4000, epochs=10) == (
        "too slow: about 40 s for a full trial; 25 s is a quarter of --timeout"
    )


def test_a_trial_that_turns_out_too_slow_is_stopped_at_its_first_step() -> None:
    budget = Budget(100)
    budget.learn(flops=1000, seconds=1.0, epochs=1)
    assert budget.stops(seconds=1.0, step=1, steps=20) == ""
    assert budget.stops(seconds=2.0, step=1, steps=20).startswith("too slow: about 40 s")


def test_the_fastest_rate_counts() -> None:
    budget = Budget(100)
    for seconds in (5.0, 1.0, 3.0):
        budget.learn(flops=1000, seconds=seconds, epochs=1)
    assert budget.refuses(flops=2000, epochs=10) == ""


def test_the_limit_passes() -> None:
    budget = Budget(0.0)
    assert budget.over
    assert not budget.overdue
