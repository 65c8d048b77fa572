"""Dates as the world writes them: of each column one form, found from all its cells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.data.cells.date_formats import find_date_formats, given_date_format
from automl.data.cells.dates import read_date, read_moment

START = datetime(2020, 1, 28, 13, 0)
# How Python writes them, and how they are read.
WRITTEN = {
    "%Y-%m-%d": "%Y-%m-%d",
    "%Y/%m/%d": "%Y/%m/%d",
    "%Y.%m.%d": "%Y.%m.%d",
    "%d.%m.%Y": "%d.%m.%Y",
    "%d/%m/%Y": "%d/%m/%Y",
    "%m/%d/%Y": "%m/%d/%Y",
    "%d-%m-%Y, %H:%M": "%d-%m-%Y, %H:%M",
    "%d.%m.%y": "%d.%m.%y",
    "%y/%m/%d": "%y/%m/%d",
    "%d-%b-%y": "%d-%b-%y",
    "%d %B %Y": "%d %b %Y",
    "%B %d, %Y": "%b %d, %Y",
    "%b %d, %Y %I:%M %p": "%b %d, %Y %I:%M %p",
    "%a, %d %b %Y %H:%M:%S +0000": "%a, %d %b %Y %H:%M:%S %z",
    "%Y%m%d": "%Y%m%d",
    "%Y%m%dT%H%M%S": "%Y%m%dT%H%M%S",
    "%Y-%m-%dT%H:%M:%SZ": "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S.%f": "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p": "%m/%d/%Y %I:%M:%S %p",
    "%d%b%Y:%H:%M:%S": "%d%b%Y:%H:%M:%S",
    "%Y-%m-%d %H": "%Y-%m-%d %H",
    "%d.%m.%Y %H.%M": "%d.%m.%Y %H.%M",
    "%Y-%j": "%Y-%j",
    "%G-W%V-%u": "%G-W%V-%u",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_every_form_is_found_and_read(written: str) -> None:
    moments = [START + timedelta(days=day) for day in range(40)]
    cells = [moment.strftime(written) for moment in moments]
    found = find_date_formats(cells)
    assert found is not None
    assert found.forms == (WRITTEN[written],)
    hours = "%H" in written or "%I" in written
    expected = [each if hours else each.replace(hour=0) for each in moments]
    assert [read_moment(cell, found.forms) for cell in cells] == expected


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2020Q3", "2020Q4"], "2020-07-01"),
        (["Q3 2020", "Q4 2020"], "2020-07-01"),
        (["3Q20", "4Q20"], "2020-07-01"),
        (["2020-W05", "2020-W06"], "2020-01-27"),
        (["Jan-20", "Feb-20"], "2020-01-01"),
        (["31-JAN-20", "01-FEB-20"], "2020-01-31"),
        (["2020M02", "2020M03"], "2020-02-01"),
        (["2/2020", "3/2020"], "2020-02-01"),
        (["3. März 2020", "4. März 2020"], "2020-03-03"),
        (["févr. 2020", "août 2020"], "2020-02-01"),
        (["1st March 2020", "2nd March 2020"], "2020-03-01"),
        (["24.12.2020 24:00", "25.12.2020 01:00"], "2020-12-25"),
        (["01/05/2020 12:00 AM", "01/05/2020 1:00 AM", "01/25/2020 1:00 PM"], "2020-01-05"),
        (["?", "2020-01-02", "n/a", "2020-01-03"], "2020-01-02"),
        (["2020-01-01", "2020-01-01 06:00", "2020-01-01 12:00"], "2020-01-01"),
    ],
)
def test_months_quarters_weeks_and_names(cells: list[str], first: str) -> None:
    found = find_date_formats(cells)
    assert found is not None
    assert found.note == ""
    known = next(cell for cell in cells if cell[0] not in "?n")
    assert read_moment(known, found.forms) == datetime.fromisoformat(first)


@pytest.mark.parametrize(
    "cells",
    [
        ["13/02/2020", "02/13/2020"],  # both ways in one column
        ["31/02/2020", "30/02/2020"],
        ["route 66", "route 67"],
        ["may", "june"],
        ["12:30", "13:30"],
        ["192.168.1.1", "10.0.0.1"],
        ["1.2.3", "1.2.4"],
        ["555-1234", "555-1235"],
        ["12 Main Street", "13 Main Street"],
        ["", "n/a"],
    ],
)
def test_what_is_no_date(cells: list[str]) -> None:
    assert find_date_formats(cells, "date") is None


class TestDayAndMonth:
    def test_a_day_above_12_settles_it_for_all(self) -> None:
        found = find_date_formats(["01/02/2024", "03/04/2024", "13/02/2024"])
        assert found is not None
        assert (found.forms, found.note) == (("%d/%m/%Y",), "")

    def test_a_point_means_day_first(self) -> None:
        found = find_date_formats(["01.09.2005", "01.10.2014"])
        assert found is not None
        assert (found.forms, found.note) == (("%d.%m.%Y",), "")

    def test_a_slash_that_fits_both_ways_is_told_with_the_flag(self) -> None:
        found = find_date_formats(["01/09/2005", "01/10/2014", "01/04/2005"])
        assert found is not None
        assert found.forms == ("%m/%d/%Y",)
        assert "'01/09/2005' were read with the month first" in found.note
        assert "--time-format '%d/%m/%Y'" in found.note

    def test_even_steps_speak_for_an_order(self) -> None:
        months = [f"01/{month:02}/{year}" for year in (2019, 2020) for month in range(1, 13)]
        found = find_date_formats(months)
        assert found is not None
        assert found.forms == ("%d/%m/%Y",)
        assert "--time-format '%m/%d/%Y'" in found.note

    def test_one_layout_settles_it_for_another(self) -> None:
        found = find_date_formats(["01/02/2024", "01/02/2024 06:00", "13/02/2024 06:00"])
        assert found is not None
        assert set(found.forms) == {"%d/%m/%Y", "%d/%m/%Y %H:%M"}


class TestPlainNumbers:
    SECONDS: ClassVar = [str(1_580_000_400 + 3600 * hour) for hour in range(20)]

    @pytest.mark.parametrize(("factor", "form"), [("", "seconds"), ("000", "milliseconds")])
    def test_seconds_that_step_evenly_are_times(self, factor: str, form: str) -> None:
        found = find_date_formats([f"{each}{factor}" for each in self.SECONDS], "x")
        assert found is not None
        assert found.forms == (form,)
        assert read_moment(f"{self.SECONDS[0]}{factor}", found.forms) == datetime(2020, 1, 26, 1)

    def test_a_name_that_says_time_is_enough(self) -> None:
        cells = ["1580000000.5", "1590000003.25", "1570000000"]
        found = find_date_formats(cells, "created_at")
        assert found is not None
        assert read_moment(cells[0], found.forms).microsecond == 500_000
        assert find_date_formats(cells, "amount") is None

    @pytest.mark.parametrize(
        "cells",
        [
            ["2025550123", "1315551212", "1215551212", "1415551234"] * 3,  # telephone numbers
            [str(1_000_000_001 + each) for each in range(30)],  # running numbers
            ["12", "13"],
        ],
    )
    def test_telephone_numbers_and_ids_are_no_times(self, cells: list[str]) -> None:
        assert find_date_formats(cells, "number") is None


class TestGiven:
    @pytest.mark.parametrize("form", ["%d/%m/%Y", "%d.%m.%y %H:%M", "milliseconds", "%YQ%q"])
    def test_a_form_that_can_be(self, form: str) -> None:
        assert given_date_format(form).forms == (form,)

    @pytest.mark.parametrize(
        ("form", "says"),
        [("%d/%m", "no year"), ("%K", "%K is unknown"), ("%Y %Y", "twice"), ("", "year")],
    )
    def test_a_form_that_cannot(self, form: str, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            given_date_format(form)


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2020-10-25 02:00:00+02:00", "2020-10-25 00:00:00"),
        ("2020-10-25 02:00:00 CET", "2020-10-25 01:00:00"),
        ("2020-10-25T02:00:00+01:00[Europe/Paris]", "2020-10-25 01:00:00"),
    ],
)
def test_a_zone_is_taken_off_or_left_to_the_clock(cell: str, utc: str) -> None:
    found = find_date_formats([cell])
    assert found is not None
    assert read_moment(cell, found.forms) == datetime.fromisoformat(utc)
    assert read_moment(cell, found.forms, utc=False) == datetime(2020, 10, 25, 2)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_whatever_is_written_is_read_back(moment: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y, %H:%M:%S.%f", "%Y%m%d%H%M%S.%f"):
        assert read_date(moment.strftime(form), form.replace(".%f", "")) == moment
