"""The regular step of a series."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from automl.data.cells.steps import Step, find_step, unfold_clock


def times(frequency: str, count: int = 60, start: str = "2016-01-04") -> list[datetime]:
    found = pd.date_range(start, periods=count, freq=frequency)
    return [each.to_pydatetime() for each in found]


@pytest.mark.parametrize(
    ("frequency", "told"),
    [
        ("s", "1 second"),
        ("10min", "10 minutes"),
        ("h", "1 hour"),
        ("D", "1 day"),
        ("B", "1 business day"),
        ("7D", "1 week"),
        ("MS", "1 month"),
        ("ME", "1 month"),
        ("QS", "1 quarter"),
        ("QE", "1 quarter"),
        ("YS", "1 year"),
    ],
)
def test_the_calendar_is_found_and_goes_on(frequency: str, told: str) -> None:
    moments = times(frequency, 70)
    step = find_step([moments[:60]])
    assert str(step) == told
    assert step.positions(moments) == list(range(70))
    assert [step.after(moments[59], ahead) for ahead in range(1, 11)] == moments[60:]


def test_gaps_are_whole_steps() -> None:
    for frequency in ("h", "B", "MS"):
        moments = times(frequency)
        kept = [0, 1, 2, 3, 5, 6, 7, 8, 9, 14, *range(15, 60)]
        some = [moments[at] for at in kept]
        assert find_step([some]).positions(some) == kept


def test_a_step_may_be_a_little_late() -> None:
    moments = [each + timedelta(seconds=at % 7) for at, each in enumerate(times("min"))]
    assert find_step([moments]).positions(moments) == list(range(60))


def test_times_without_a_step_are_rows() -> None:
    moments = [datetime(2020, 1, 1) + timedelta(hours=at * at) for at in range(40)]
    step = find_step([moments])
    assert step.unit == "rows"
    assert step.positions(moments) == list(range(40))


def test_hours_of_a_market_are_rows_for_most_of_the_day_has_none() -> None:
    days = times("B", 30)
    step = find_step([[day + timedelta(hours=hour) for day in days for hour in (10, 11, 12)]])
    assert step.unit == "rows"


def test_plain_numbers_step_too() -> None:
    assert find_step([[0.5, 1.0, 1.5, 3.0]]) == Step("numbers", 0.5)
    assert Step("numbers", 0.5).positions([0.5, 1.0, 1.5, 3.0]) == [0, 1, 2, 5]
    assert Step("numbers", 0.5).after(3.0, 2) == 4.0


class TestClockChange:
    def test_both_passes_of_an_hour_are_kept_in_order(self) -> None:
        hours = times("h", 48, "2022-10-29")
        shown = [*hours[:27], *hours[26:]]  # 02:00 twice on the 30th
        found = unfold_clock(shown)
        assert found == [*hours, hours[-1] + timedelta(hours=1)]

    def test_quarters_of_an_hour_follow_one_another(self) -> None:
        quarters = times("15min", 200, "2022-10-29")
        at = quarters.index(datetime(2022, 10, 30, 3))
        shown = [*quarters[:at], *quarters[at - 4 :]]
        assert unfold_clock(shown) == times("15min", 204, "2022-10-29")

    @pytest.mark.parametrize("start", ["2022-06-01", "2022-10-29"])
    def test_other_times_that_come_twice_are_no_change(self, start: str) -> None:
        hours = times("h", 48, start)
        assert unfold_clock([*hours[:13], *hours[12:]]) is None
        days = times("D", 48, "2022-10-01")
        assert unfold_clock([*days[:13], *days[12:]]) is None
