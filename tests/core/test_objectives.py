"""Fronts are what their definition says they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from automl.core.records import Point, StudyRecord, TrialRecord, dominates, fronts

# Few numbers, so that many points are equal in one of them, or in all.
POINTS = st.integers(1, 4).flatmap(
    lambda size: st.lists(st.tuples(*[st.integers(0, 5).map(float)] * size), max_size=30)
)


@given(POINTS)
def test_a_point_is_on_the_first_front_where_none_dominates_it(points: list[Point]) -> None:
    on = fronts(points)
    for point, front in zip(points, on, strict=True):
        above = {other for each, other in zip(points, on, strict=True) if dominates(each, point)}
        assert front == max(above, default=-1) + 1


@given(POINTS)
def test_dominating_is_an_order(points: list[Point]) -> None:
    for one in points:
        assert not dominates(one, one)
        beaten = [each for each in points if dominates(one, each)]
        assert not any(dominates(each, one) for each in beaten)
        assert all(
            dominates(one, last) for each in beaten for last in points if dominates(each, last)
        )


def made(number: int, value: float | None, latency: float | None, status: str = "complete"):
    return TrialRecord(number, status, value, {}, num_parameters=10 - number, latency=latency)


def test_the_front_of_a_study_has_complete_trials_whose_costs_are_known() -> None:
    trials = (
        made(0, 0.8, 1.0),
        made(1, 0.9, 2.0),
        made(2, 0.7, 2.0),  # trial 1 is better and as fast
        made(3, 0.95, None),  # nobody measured it
        made(4, 0.99, 0.1, "pruned"),
        made(5, None, 0.1, "complete"),
        made(6, 0.8, 1.0),  # as good as trial 0
    )
    study = StudyRecord("x", "accuracy", True, trials, ("latency",))
    assert [each.number for each in study.front] == [1, 0, 6]
    assert study.best is not None
    assert study.best.number == 3


def test_a_smaller_metric_may_be_better() -> None:
    trials = (made(0, 0.8, 1.0), made(1, 0.9, 2.0), made(2, 0.7, 2.0))
    study = StudyRecord("x", "rmse", False, trials, ("latency",))
    assert [each.number for each in study.front] == [2, 0]
