"""Which of a study's trials count, and which is better."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.core.records import COUNTED, UNFINISHED, StudyRecord, TrialRecord

STATUSES = (*COUNTED, *UNFINISHED, "infeasible", "duplicate")
VALUES = st.none() | st.integers(0, 3).map(float) | st.sampled_from([math.nan, math.inf])
ENDED = st.lists(st.tuples(st.sampled_from(STATUSES), VALUES), max_size=12)


def study(ended: list[tuple[str, float | None]], maximize: bool = True) -> StudyRecord:
    trials = tuple(
        TrialRecord(number, status, value, {}) for number, (status, value) in enumerate(ended)
    )
    return StudyRecord("s", "score", maximize, trials)


@given(ENDED, st.booleans())
def test_every_measured_trial_is_ranked_once_and_none_before_a_better_one(
    ended: list[tuple[str, float | None]], maximize: bool
) -> None:
    record = study(ended, maximize)
    measured = record.measured
    finite = [
        each
        for each in record.trials
        if each.objective is not None and math.isfinite(each.objective)
    ]
    assert sorted(each.number for each in measured) == [each.number for each in finite]
    for better, worse in pairwise(measured):
        assert not worse.beats(better, maximize)
        if better.objective == worse.objective and worse.status == "complete":
            assert better.status == "complete"
            assert better.number < worse.number


@given(ENDED, st.booleans())
def test_the_best_has_weights_and_is_beaten_by_none_that_has(
    ended: list[tuple[str, float | None]], maximize: bool
) -> None:
    record = study([each for each in ended if each[1] is None or math.isfinite(each[1])], maximize)
    best = record.best
    ready = [each for each in record.trials if each.status in ("complete", "paused")]
    if best is None:
        assert all(each.objective is None for each in ready)
    else:
        assert best in ready
        assert not any(each.beats(best, maximize) for each in ready)


@pytest.mark.parametrize("maximize", [True, False])
def test_of_equal_values_the_smaller_loss_is_better_then_the_earlier_trial(maximize: bool) -> None:
    losses = [None, 0.4, 0.2, 0.2]
    trials = tuple(
        TrialRecord(number, "complete", 0.5, {}, loss=loss) for number, loss in enumerate(losses)
    )
    record = StudyRecord("s", "score", maximize, trials)
    assert [each.number for each in record.ranked] == [2, 3, 1, 0]
    assert [each.number for each in record.measured] == [2, 3, 1, 0]
    assert trials[1].beats(trials[0], maximize)
    assert not trials[3].beats(trials[2], maximize)


@given(ENDED)
def test_statuses_part_the_trials(ended: list[tuple[str, float | None]]) -> None:
    record = study(ended)
    assert record.counted + len(record.unfinished) + record.count("infeasible", "duplicate") == len(
        record.trials
    )


@pytest.mark.parametrize("maximize", [True, False])
def test_any_value_is_better_than_none(maximize: bool) -> None:
    nothing, something = TrialRecord(0, "failed", None, {}), TrialRecord(1, "pruned", 0.0, {})
    assert something.beats(nothing, maximize)
    assert something.beats(None, maximize)
    assert not nothing.beats(something, maximize)
    assert not nothing.beats(None, maximize)


@pytest.mark.parametrize("cost", ["latency", "parameters", "flops"])
def test_a_trial_whose_cost_is_unknown_has_no_point(cost: str) -> None:
    trial = TrialRecord(0, "complete", 0.5, {})
    assert trial.cost(cost) is None
    assert StudyRecord("s", "loss", False, (trial,), (cost,)).point(trial) is None
    assert StudyRecord("s", "loss", False, (trial,)).point(trial) == (0.5,)
    assert StudyRecord("s", "accuracy", True, (trial,)).point(trial) == (-0.5,)
