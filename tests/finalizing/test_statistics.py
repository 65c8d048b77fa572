"""Means with intervals, and whether two differ by more than chance."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from automl.finalizing.statistics import are_told_apart, mean_interval

VALUES = st.floats(-1e3, 1e3).map(lambda value: round(value, 4))
SEVERAL = st.lists(VALUES, min_size=2, max_size=6)
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=6)


@given(SEVERAL)
def test_an_interval_is_about_its_mean(values: list[float]) -> None:
    low, high = mean_interval(values) or pytest.fail("there are two values or more")
    assert low <= fmean(values) <= high
    assert high - fmean(values) == pytest.approx(fmean(values) - low, abs=1e-6)


@given(SEVERAL)
def test_it_is_the_t_interval_of_scipy(values: list[float]) -> None:
    error = stats.sem(values)
    if error > 0:
        expected = stats.t.interval(0.95, len(values) - 1, fmean(values), error)
        assert mean_interval(values) == pytest.approx(expected)


@given(SEVERAL, VALUES)
def test_it_moves_with_its_values(values: list[float], by: float) -> None:
    low, high = mean_interval(values) or pytest.fail("there are two values or more")
    moved = mean_interval([each + by for each in values])
    assert moved == pytest.approx((low + by, high + by), abs=1e-6)


def test_one_value_has_no_interval_and_is_told_from_nothing() -> None:
    assert mean_interval([0.5]) is None
    assert not are_told_apart([0.1], [0.9])


@given(PAIRS)
def test_telling_apart_is_the_same_both_ways(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    assert are_told_apart(first, second) == are_told_apart(second, first)


@given(PAIRS)
def test_told_apart_is_what_the_paired_t_test_finds(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    differences = [one - other for one, other in pairs]
    if max(differences) - min(differences) > 1e-3:
        chance = stats.ttest_rel(first, second).pvalue
        if abs(chance - 0.05) > 1e-9:
            assert are_told_apart(first, second) == (chance < 0.05)


@given(SEVERAL)
def test_what_is_equal_is_never_told_apart(values: list[float]) -> None:
    assert not are_told_apart(values, values)
