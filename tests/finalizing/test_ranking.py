"""Which finalist is chosen, how long it is trained, and the intervals that decide it."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from automl.core.final import Finalist
from automl.core.records import TrialRecord
from automl.core.trial import Measurement, Status, TrialResult
from automl.finalizing.ranking import (
    RankingObjective,
    differ_significantly,
    judge_finalist,
    mean_interval,
    rank_finalists,
)
from automl.finalizing.refits import guide_of

HIGH, LOW = RankingObjective("accuracy", True), RankingObjective("rmse", False)
VALUES = st.lists(st.floats(0, 1).map(lambda value: round(value, 3)), min_size=3, max_size=3)
FINALISTS = st.lists(st.tuples(VALUES, st.integers(1, 99)), min_size=1, max_size=3)


def result(*curve: float, status: Status = Status.COMPLETE, reason: str = "") -> TrialResult:
    steps = tuple(
        Measurement(step, step / 4, {"accuracy": value, "rmse": value}, float(step))
        for step, value in enumerate(curve, 1)
    )
    return TrialResult(0, status, steps, max(curve, default=None), reason=reason)


def judged(number: int, values: list[float], size: int, objective: RankingObjective) -> Finalist:
    trial = TrialRecord(number, "complete", values[0], {}, num_parameters=size)
    return judge_finalist(trial, [result(value) for value in values], objective)


@pytest.mark.parametrize("objective", [HIGH, LOW])
@given(finalists=FINALISTS)
def test_the_best_mean_is_first_and_one_of_the_first_two_is_chosen(
    objective: RankingObjective, finalists: list[tuple[list[float], int]]
) -> None:
    all_of = [judged(at, *each, objective) for at, each in enumerate(finalists)]
    ranking = rank_finalists(all_of, objective)
    means = [fmean(each.values) for each in ranking.finalists]
    assert means == sorted(means, reverse=objective.maximize)
    assert ranking.chosen in ranking.finalists[:2]
    if ranking.told_apart:
        assert ranking.chosen == ranking.finalists[0]
    elif ranking.told_apart is False:
        assert ranking.chosen is not None
        assert ranking.chosen.num_parameters == min(
            each.num_parameters for each in ranking.finalists[:2]
        )
    assert (ranking.told_apart is None) == (len(finalists) == 1)


@given(values=VALUES, size=st.integers(1, 99))
def test_an_interval_is_of_values_that_the_metric_can_have(values: list[float], size: int) -> None:
    score = judged(0, values, size, HIGH).mean
    if score.low is None or score.high is None:
        assert max(values) - min(values) < 1e-9
        assert score.basis == "3 seeds, which agree"
        return
    assert 0 <= score.low <= score.value + 1e-9
    assert score.value - 1e-9 <= score.high <= 1


@given(finalists=FINALISTS)
def test_the_order_of_finalists_makes_no_difference(
    finalists: list[tuple[list[float], int]],
) -> None:
    all_of = [judged(at, *each, HIGH) for at, each in enumerate(finalists)]
    assert rank_finalists(all_of, HIGH) == rank_finalists(all_of[::-1], HIGH)


def test_what_is_not_told_apart_goes_to_the_smaller() -> None:
    large = judged(0, [0.90, 0.92, 0.91], 5000, HIGH)
    small = judged(1, [0.91, 0.90, 0.90], 1000, HIGH)
    ranking = rank_finalists([large, small], HIGH)
    assert (ranking.told_apart, ranking.chosen) == (False, small)
    assert ranking.finalists == (large, small)


def test_what_is_told_apart_goes_to_the_better_however_large() -> None:
    large = judged(0, [0.90, 0.92, 0.91], 5000, HIGH)
    small = judged(1, [0.80, 0.82, 0.81], 1000, HIGH)
    ranking = rank_finalists([small, large], HIGH)
    assert (ranking.told_apart, ranking.chosen) == (True, large)


def test_a_failed_refit_puts_its_finalist_out_with_its_reason() -> None:
    trial = TrialRecord(4, "complete", 0.9, {}, num_parameters=10)
    lost = result(0.9, status=Status.DIVERGED, reason="the loss is NaN at step 3")
    out = judge_finalist(trial, [result(0.9), lost], HIGH)
    left = judged(1, [0.5, 0.6, 0.7], 10, HIGH)
    ranking = rank_finalists([out, left], HIGH)
    assert ranking.finalists == (left, out)
    assert (ranking.chosen, ranking.told_apart) == (left, None)
    assert out.reason == "diverged: the loss is NaN at step 3"
    assert rank_finalists([out], HIGH).chosen is None


def test_the_length_is_the_median_of_the_best_steps_but_an_epoch_at_least() -> None:
    """A result has four steps an epoch."""
    early, late = [0.9, 0.1, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.5]
    middle = [0.5, 0.5, 0.5, 0.5, 0.9, 0.8]
    refits = [result(*early), result(*late), result(*middle)]
    assert guide_of(refits, HIGH, steps=0) == (0.5, 0.5, 0.5, 0.5, 0.9)
    assert guide_of(refits, LOW, steps=0) == (0.5, 0.5, 0.5, 0.5)


def test_a_schedule_that_anneals_is_run_to_its_end_unless_it_was_stopped_early() -> None:
    whole, stopped = [0.1, 0.2, 0.3, 0.4, 0.9, 0.8], [0.1, 0.2, 0.3, 0.4, 0.3]
    assert guide_of([result(*whole)], HIGH, steps=6) == tuple(whole)
    assert guide_of([result(*stopped)], HIGH, steps=6) == (0.1, 0.2, 0.3, 0.4)


NUMBERS = st.floats(-1e3, 1e3).map(lambda value: round(value, 4))
SEVERAL = st.lists(NUMBERS, min_size=2, max_size=6)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=6)


@given(SEVERAL)
def test_an_interval_is_about_its_mean(values: list[float]) -> None:
    if len(set(values)) > 1:
        low, high = mean_interval(values) or pytest.fail("there are two values or more")
        assert low < fmean(values) < high
        assert high - fmean(values) == pytest.approx(fmean(values) - low, abs=1e-6)


@given(SEVERAL)
def test_it_is_the_t_interval_of_scipy(values: list[float]) -> None:
    error = stats.sem(values)
    if len(set(values)) > 1:
        expected = stats.t.interval(0.95, len(values) - 1, fmean(values), error)
        assert mean_interval(values) == pytest.approx(expected)


@given(SEVERAL, NUMBERS)
def test_it_moves_with_its_values(values: list[float], by: float) -> None:
    if len(set(values)) > 1:
        low, high = mean_interval(values) or pytest.fail("there are two values or more")
        moved = mean_interval([each + by for each in values])
        assert moved == pytest.approx((low + by, high + by), abs=1e-6)


def test_one_value_has_no_interval_and_is_told_from_nothing() -> None:
    assert mean_interval([0.5]) is None
    assert not differ_significantly([0.1], [0.9])


@pytest.mark.parametrize("values", [[0.6552] * 3, [0.1 + 0.2, 0.3, 0.3], [0.0, 0.0]])
def test_values_that_agree_are_no_certainty(values: list[float]) -> None:
    assert mean_interval(values) is None
    assert not differ_significantly(values, list(reversed(values)))


@given(PAIRS)
def test_telling_apart_is_the_same_both_ways(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    assert differ_significantly(first, second) == differ_significantly(second, first)


@given(PAIRS)
def test_told_apart_is_what_the_paired_t_test_finds(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    differences = [one - other for one, other in pairs]
    if max(differences) - min(differences) > 1e-3:
        chance = stats.ttest_rel(first, second).pvalue
        if abs(chance - 0.05) > 1e-9:
            assert differ_significantly(first, second) == (chance < 0.05)


@given(SEVERAL)
def test_what_is_equal_is_never_told_apart(values: list[float]) -> None:
    assert not differ_significantly(values, values)
