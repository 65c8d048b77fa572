from __future__ import annotations

import pandas as pd
import pytest

from automl.core.errors import DataError
from automl.data.series.calendar import cycles_of, season_of
from automl.data.series.time_columns import find_time
from automl.data.series.timeline import in_order


def read(values: list) -> list:
    frame = pd.DataFrame({"time": values})
    return find_time(frame, "time").read(frame).tolist()


def order(frame: pd.DataFrame):
    return in_order(frame, find_time(frame, None))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-02-01", "2024-02-01"),
        ("2024-02-01 13:30", "2024-02-01 13:30"),
        ("2024-02-01T13:30:00Z", "2024-02-01 13:30"),
        ("2024-02-01T13:30:00+02:00", "2024-02-01 11:30"),
        ("02/01/2024", "2024-02-01"),
        ("1.2.2024", "2024-02-01"),
        ("1 Feb 2024", "2024-02-01"),
        (20240201, "2024-02-01"),
        (1706745600, "2024-02-01"),
        (1706745600000, "2024-02-01"),
        (2024, "2024-01-01"),
        (1700, "1700-01-01"),
    ],
)
def test_a_time_is_read_as_people_write_it(written, meant):
    assert read([written, written]) == [pd.Timestamp(meant)] * 2


def test_a_day_above_12_says_what_comes_first():
    assert read(["01/02/2024", "13/02/2024"])[0] == pd.Timestamp("2024-02-01")


def test_what_is_no_date_is_a_number():
    assert read([0.5, 1.5, 2.5]) == [0.5, 1.5, 2.5]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["2024-01-01", "soon"], r"'time' is no time: .*soon"),
        (["2024-01-01", None], r"'time' has no time in row 2"),
        ([20240101, 20241301], r"'time' is no time"),
        (["2024-01-01", "2024-01-02", "2024-01-01"], r"1 of 3 rows have the time .* 2024-01-01"),
    ],
)
def test_times_that_cannot_be_are_told(values, message):
    with pytest.raises(DataError, match=message) as caught:
        order(pd.DataFrame({"time": values}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"a": [1], "Date": ["2024-01-01"]}, ("Date",)),
        ({"Year": [2024], "Month": [1], "Day": [5], "Hour": [3]}, ("Year", "Month", "Day", "Hour")),
        ({"year": [2024], "sales": [3]}, ("year",)),
        ({"first": ["2024-01-01"], "b": [1]}, ("first",)),
        ({"when": [pd.Timestamp("2024-01-01")], "b": [1]}, ("when",)),
        ({"b": [1], "later": ["2024-01-01"]}, ("later",)),
        ({"name": ["may"], "b": [1]}, ()),
        ({"name": ["route 66"], "b": [1]}, ()),
        ({"b": [1], "c": [2]}, ()),
    ],
)
def test_the_time_column_is_found(columns, found):
    assert find_time(pd.DataFrame(columns), None).names == found


def test_the_time_column_that_is_given_must_be_there():
    frame = pd.DataFrame({"a": [1], "b": [2]})
    assert find_time(frame, "b").names == ("b",)
    with pytest.raises(DataError, match="no column 'c' for --time; it has a, b"):
        find_time(frame, "c")


def test_times_in_several_columns_are_one():
    frame = pd.DataFrame({"year": [2024, 2024], "month": [1, 2]})
    assert find_time(frame, None).read(frame)[1] == pd.Timestamp("2024-02-01")
    with pytest.raises(DataError, match="year, month are no time"):
        order(frame.assign(month=[1, 13]))


def test_rows_are_sorted_by_time_and_that_is_told():
    frame = pd.DataFrame({"time": ["2024-01-03", "2024-01-01", "2024-01-02"], "a": [3, 1, 2]})
    line = order(frame)
    assert line.frame["a"].tolist() == [1, 2, 3]
    assert line.times.is_monotonic_increasing
    assert any("sorted" in note for note in line.notes)


def test_gaps_are_counted():
    days = pd.date_range("2024-01-01", periods=30).delete([5, 6, 20])
    notes = order(pd.DataFrame({"time": days.astype(str)})).notes
    assert len(notes) == 1
    assert "at 2 of 27 rows, first after 2024-01-05" in notes[0]


def test_dates_that_may_have_the_day_first_are_told():
    dates = ["01/02/2024", "01/03/2024", "01/04/2024"]
    notes = order(pd.DataFrame({"time": dates})).notes
    assert any("'01/02/2024' were read with the month first" in note for note in notes)
    for clear in (["2024-01-02", "2024-01-03"], ["01/30/2024", "01/31/2024"], [1, 2]):
        assert order(pd.DataFrame({"time": clear})).notes == ()


@pytest.mark.parametrize(
    ("frequency", "season", "cycles"),
    [
        ("10min", 144, ("day", "week", "year")),
        ("h", 24, ("day", "week", "year")),
        ("D", 7, ("week", "year")),
        ("B", 5, ("week", "year")),
        ("7D", 52, ("year",)),
        ("MS", 12, ("year",)),
        ("QS", 4, ("year",)),
        ("YS", 1, ()),
    ],
)
def test_the_calendar_gives_season_and_cycles(frequency, season, cycles):
    times = pd.Series(pd.date_range("2016-01-01", "2020-01-01", freq=frequency))
    assert season_of(times) == season
    assert cycles_of(times) == cycles


def test_a_cycle_that_was_not_seen_twice_is_none():
    times = pd.Series(pd.date_range("2024-01-01", periods=24 * 8, freq="h"))
    assert cycles_of(times) == ("day",)


def test_plain_numbers_have_no_calendar():
    times = pd.Series([0.0, 1.0, 2.0])
    assert (season_of(times), cycles_of(times)) == (1, ())


def test_what_one_file_shows_of_its_dates_holds_for_the_next():
    time = find_time(pd.DataFrame({"time": ["31/01/2024", "01/02/2024"]}), None)
    assert time.day_first
    assert time.read(pd.DataFrame({"time": ["01/02/2024"]}))[0] == pd.Timestamp("2024-02-01")
