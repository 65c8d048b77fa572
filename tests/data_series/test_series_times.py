from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.core.errors import DataError
from automl.data.series.timeline import make_timeline
from automl.data.series.times import cycles_of, find_time, season_of


def read(values: list) -> list:
    frame = pd.DataFrame({"time": values})
    return find_time(frame, "time")[0].read(frame).tolist()


def order(frame: pd.DataFrame):
    return make_timeline(frame, find_time(frame, None)[0])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-02-01", "2024-02-01"),
        ("2024-02-01 13:30", "2024-02-01 13:30"),
        ("2024-02-01T13:30:00Z", "2024-02-01 13:30"),
        ("2024-02-01T13:30:00+02:00", "2024-02-01 13:30"),
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
        (["2024-01-01", "soon"], r"'time' is not a time: .*soon"),
        (["2024-01-01", None], r"'time' has no time in row 2"),
        ([20240101, 20241301], r"'time' is not a time"),
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
    assert find_time(pd.DataFrame(columns), None)[0].names == found


def test_the_time_column_that_is_given_must_be_there():
    frame = pd.DataFrame({"a": [1], "b": [2]})
    assert find_time(frame, "b")[0].names == ("b",)
    with pytest.raises(DataError, match="no column 'c' for --time; it has a, b"):
        find_time(frame, "c")


def test_times_in_several_columns_are_one():
    frame = pd.DataFrame({"year": [2024, 2024], "month": [1, 2]})
    assert find_time(frame, None)[0].read(frame)[1] == pd.Timestamp("2024-02-01")
    with pytest.raises(DataError, match="year, month are not a time"):
        order(frame.assign(month=[1, 13]))


def test_rows_are_sorted_by_time_and_that_is_told():
    frame = pd.DataFrame({"time": ["2024-01-03", "2024-01-01", "2024-01-02"], "a": [3, 1, 2]})
    line = order(frame)
    assert line.frame["a"].tolist() == [1, 2, 3]
    assert line.times.is_monotonic_increasing
    assert any("sorted" in note for note in line.notes)


def test_gaps_are_steps_without_a_row():
    days = pd.date_range("2024-01-01", periods=30).delete([5, 6, 20])
    line = order(pd.DataFrame({"time": days.astype(str), "a": range(27)}))
    assert "3 of 30 steps of 1 day have no row, first after 2024-01-05" in line.notes[0]
    grid = line.on_grid(0, line.frame[["a"]].to_numpy(float))
    assert np.flatnonzero(np.isnan(grid[:, 0])).tolist() == [5, 6, 20]


def test_times_without_a_step_are_told():
    times = [f"2024-01-{day:02}" for day in (1, 2, 4, 7, 11, 16, 22, 29)]
    (note,) = order(pd.DataFrame({"time": times})).notes
    assert "have no regular step" in note


def test_equal_rows_count_once():
    frame = pd.DataFrame({"time": ["2024-01-01", "2024-01-02", "2024-01-02"], "a": [1, 2, 2]})
    line = order(frame)
    assert line.frame["a"].tolist() == [1, 2]
    assert "1 row of 3 equal" in line.notes[0]
    with pytest.raises(DataError, match=r"1 of 3 rows have the time .* 2024-01-02.*--item"):
        order(frame.assign(a=[1, 2, 3]))


def test_dates_that_may_have_the_day_first_are_told_with_the_flag():
    frame = pd.DataFrame({"time": ["01/02/2024", "01/03/2024", "01/04/2024"]})
    time, (note,) = find_time(frame, None)
    assert "'01/02/2024' were read with the month first" in note
    assert "--time-format '%d/%m/%Y'" in note
    given, notes = find_time(frame, None, "%d/%m/%Y")
    assert notes == ()
    assert (time.read(frame)[0], given.read(frame)[0]) == (
        pd.Timestamp("2024-01-02"),
        pd.Timestamp("2024-02-01"),
    )
    for clear in (["2024-01-02", "2024-01-03"], ["01/30/2024", "01/31/2024"], [1, 2]):
        assert find_time(pd.DataFrame({"time": clear}), None)[1] == ()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("%K", "--time-format '%K': %K is unknown"),
        ("%Y-%m-%d", "'01/02/2024' in row 1 is not a date of"),
    ],
)
def test_a_form_that_does_not_fit_is_told(form, says):
    frame = pd.DataFrame({"time": ["01/02/2024"]})
    with pytest.raises(DataError, match=says):
        find_time(frame, None, form)[0].read(frame)


def test_a_date_and_its_time_in_two_columns_are_one():
    frame = pd.DataFrame({"Date": ["16/12/2006"] * 2, "Time": ["17:24:00", "17:25:00"]})
    time, _ = find_time(frame, None)
    assert time.names == ("Date", "Time")
    assert time.read(frame).tolist()[1] == pd.Timestamp("2006-12-16 17:25")
    assert find_time(frame, "Date,Time")[0] == time


def test_days_stay_where_clocks_show_midnight_and_hours_go_on():
    days = ["2024-03-30 00:00:00+01:00", "2024-03-31 00:00:00+01:00", "2024-04-01 00:00:00+02:00"]
    assert read(days) == list(pd.date_range("2024-03-30", periods=3))
    hours = ["2024-10-27 02:00:00+02:00", "2024-10-27 02:00:00+01:00", "2024-10-27 03:00:00+01:00"]
    assert read(hours) == list(pd.date_range("2024-10-27", periods=3, freq="h"))


class TestItems:
    def table(self, **columns):
        days = pd.date_range("2024-01-01", periods=30).astype(str)
        stores = [store for store in ("north", "south", "east") for _ in days]
        return pd.DataFrame(
            {"date": [*days] * 3, "store": stores, "sales": np.arange(90.0), **columns}
        )

    def test_times_that_repeat_evenly_have_an_item(self):
        line = order(self.table())
        assert line.item_columns == ("store",)
        assert line.names == ("north", "south", "east")
        assert "'store' tells 3 series apart" in line.notes[0]
        assert line.ahead(1, 2) == ("2024-01-31", "2024-02-01")

    def test_two_columns_may_tell_apart(self):
        frame = self.table()
        both = pd.concat([frame.assign(product=each) for each in ("tea", "rice")])
        assert order(both.reset_index(drop=True)).names[:2] == ("north, tea", "south, tea")

    def test_a_column_is_named_or_there_is_none(self):
        frame = self.table(kind=["a"] * 45 + ["b"] * 45)
        time, _ = find_time(frame, None)
        assert make_timeline(frame, time, "store").item_columns == ("store",)
        with pytest.raises(DataError, match=r"no column 'shop' for --item; did you mean"):
            make_timeline(frame.rename(columns={"store": "shops"}), time, "shop")
        with pytest.raises(DataError, match="have the time of another"):
            make_timeline(frame, time, "none")

    def test_one_after_the_other(self):
        frame = self.table()
        days = pd.date_range("2024-01-01", periods=29).astype(str)
        one = frame[frame["store"] == "north"].head(29)
        two = one.assign(store="south", date=pd.date_range("2025-01-01", periods=29).astype(str))
        line = order(pd.concat([one.assign(date=days), two]).reset_index(drop=True))
        assert line.names == ("north", "south")
        assert line.positions.tolist() == [*range(29), *range(29)]

    def test_a_name_that_says_item_is_enough_for_few(self):
        frame = self.table().drop(range(33, 90))
        assert order(frame).names == ("north", "south")

    def test_few_times_that_repeat_are_no_items(self):
        days = [f"2024-01-{day:02}" for day in (1, 2, 3, 4, 5, 5, 6, 7, 8, 9)]
        frame = pd.DataFrame({"date": days, "wind": list("aababbaaba"), "v": range(10)})
        with pytest.raises(DataError, match="1 of 10 rows have the time of another"):
            order(frame)


def test_the_hour_that_comes_twice_is_kept_in_order():
    hours = pd.date_range("2022-10-29", periods=48, freq="h").astype(str).tolist()
    shown = pd.DataFrame({"time": [*hours[:27], *hours[26:]], "a": range(49)})
    for frame in (shown, shown[::-1].reset_index(drop=True)):
        line = order(frame)
        assert line.frame["a"].tolist() == list(range(49))
        assert line.positions.tolist() == list(range(49))


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
    time, _ = find_time(pd.DataFrame({"time": ["31/01/2024", "01/02/2024"]}), None)
    assert time.forms == ("%d/%m/%Y",)
    assert time.read(pd.DataFrame({"time": ["01/02/2024"]}))[0] == pd.Timestamp("2024-02-01")
