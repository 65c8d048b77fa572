from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from automl.training import SCHEDULES
from automl.training.schedules import CurvePoint, Schedule, epochs_since_best

values = st.lists(st.floats(-1e6, 1e6), max_size=20)


def curve_of(*scores: float) -> list[CurvePoint]:
    return [CurvePoint(epoch, value) for epoch, value in enumerate(scores, start=1)]


@pytest.fixture(params=SCHEDULES.names, scope="module")
def schedule(request: pytest.FixtureRequest) -> Schedule:
    return SCHEDULES[request.param]()


class TestEverySchedule:
    @given(progress=st.floats(0, 1, exclude_max=True), scores=values)
    def test_scales_the_learning_rate_between_nothing_and_all_of_it(
        self, schedule, progress, scores
    ):
        assert 0 <= schedule.scale(progress, curve_of(*scores)) <= 1

    def test_reaches_the_learning_rate_that_was_asked_for(self, schedule):
        scales = [schedule.scale(step / 100, []) for step in range(100)]
        assert max(scales) == pytest.approx(1.0)

    def test_refuses_unknown_options(self, schedule):
        with pytest.raises(ValidationError):
            type(schedule)(speed=1.0)


def test_cosine_falls_from_all_to_almost_nothing():
    scales = [SCHEDULES["cosine"]().scale(step / 100, []) for step in range(100)]
    assert scales[0] == 1
    assert scales == sorted(scales, reverse=True)
    assert scales[50] == pytest.approx(0.5)
    assert scales[-1] < 0.001


def test_cosine_warms_up_in_a_straight_line():
    warm = SCHEDULES["cosine"](warmup=0.2)
    assert [warm.scale(share, []) for share in (0.0, 0.1, 0.2)] == pytest.approx([0, 0.5, 1])


def test_one_cycle_rises_to_its_peak_and_ends_below_its_beginning():
    cycle = SCHEDULES["one_cycle"](warmup=0.3)
    begin, peak, end = (cycle.scale(share, []) for share in (0.0, 0.3, 0.999))
    assert peak == 1
    assert end < begin < 0.05


def test_wsd_is_constant_until_its_cooldown_whatever_the_length():
    wsd = SCHEDULES["wsd"](cooldown=0.25, warmup=0.125)
    shares = (0.0, 0.0625, 0.125, 0.5, 0.75, 0.8125, 0.9375, 1.0)
    expected = [0, 0.5, 1, 1, 1, 0.5, 1 - 0.75**0.5, 0]
    assert [wsd.scale(share, []) for share in shares] == pytest.approx(expected)


def test_wsd_refuses_shares_that_overlap():
    with pytest.raises(ValidationError, match=r"\(=0.5\) and `cooldown` \(=0.6\) must not"):
        SCHEDULES["wsd"](cooldown=0.6, warmup=0.5)


def test_plateau_reduces_after_each_stretch_without_a_better_score():
    plateau = SCHEDULES["plateau"](patience=2, factor=0.5)
    seen = [0.5, 0.6, 0.6, 0.6, 0.5, 0.5, 0.7]
    scales = [plateau.scale(0.5, curve_of(*seen[:count])) for count in range(len(seen) + 1)]
    assert scales == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]


def test_plateau_counts_epochs_not_measurements():
    plateau = SCHEDULES["plateau"](patience=2, factor=0.5)
    quarters = [CurvePoint(step / 4, 0.5) for step in range(1, 9)]
    assert plateau.scale(0.5, quarters) == 1
    assert plateau.scale(0.5, [*quarters, CurvePoint(2.25, 0.5)]) == 0.5


def test_epochs_since_best_counts_from_the_first_of_the_best():
    assert epochs_since_best([]) == 0
    assert epochs_since_best(curve_of(0.1, 0.3, 0.3, 0.2)) == 2
    assert epochs_since_best(curve_of(0.1, 0.3)) == 0
