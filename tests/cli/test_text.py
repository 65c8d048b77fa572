"""Numbers and durations as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.cli.options import parse_duration
from automl.cli.terminal import table
from automl.core.errors import UserError
from automl.core.text import count, duration, epochs, number, plain, value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("30m", 1800), ("1h30m", 5400), ("1.5h", 5400), ("2d", 172800)],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text, "--timeout") == seconds


@given(st.text())
def test_anything_is_a_duration_or_a_clear_error(text: str) -> None:
    error: UserError | None = None
    seconds: float | None = None
    try:
        seconds = parse_duration(text, "--timeout")
    except UserError as raised:
        error = raised
    assert (seconds is not None and seconds > 0) != (error is not None)


def test_what_is_no_duration_is_told_what_is() -> None:
    with pytest.raises(UserError, match=r"--timeout .soon.: .* 90s, 30m or 1h30m"):
        parse_duration("soon", "--timeout")


@given(st.integers(1, 59), st.integers(0, 23), st.integers(0, 59))
def test_whole_minutes_come_back(minutes: int, hours: int, seconds: int) -> None:
    total = 3600 * hours + 60 * minutes + (seconds if not hours else 0)
    compact = duration(total).replace(" min", "m").replace(" s", "s").replace(" h", "h")
    assert parse_duration(compact.replace(" ", ""), "--timeout") == total


def test_a_table_aligns_numbers_to_the_right() -> None:
    assert table(("trial", "name"), (("7", "a"), ("12", "bcd"))) == (
        "trial  name\n    7  a\n   12  bcd"
    )


def test_a_table_without_rows_is_its_headings() -> None:
    assert table(("a", "b"), ()) == "a  b"


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        (None, "-"),
        (0.0, "0.0000"),
        (0.9333333, "0.9333"),
        (1.0, "1.0000"),
        (0.0012346, "0.001235"),
        (2.302585, "2.3026"),
        (12.34567, "12.346"),
        (30768.6649, "30,769"),
        (1.5676e5, "156,760"),
        (8e9, "8,000,000,000"),
        (-27577.4521, "-27,577"),
        (1.2346e-14, "1.235e-14"),
        (2e18, "2e+18"),
        (float("nan"), "nan"),
    ],
)
def test_a_metric_is_written_as_people_read_it(measured: float | None, told: str) -> None:
    assert value(measured) == told


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        (7, "7"),
        (1500, "1,500"),
        (3.5, "3.5"),
        (100.0, "100"),
        (156760.4, "156,760"),
        (1234.56, "1,234.6"),
        (0.00025, "0.00025"),
        (-0.1, "-0.1"),
        (2.9e-6, "2.9e-06"),
        (9.119e5, "911,900"),
    ],
)
def test_a_quantity_has_no_power_of_ten_and_no_idle_noughts(quantity: float, told: str) -> None:
    assert number(quantity) == told


@given(st.floats(1e-4, 1e14) | st.floats(-1e14, -1e-4))
def test_a_quantity_comes_back_within_its_figures(quantity: float) -> None:
    assert float(number(quantity).replace(",", "")) == pytest.approx(quantity, rel=6e-5)
    assert float(value(quantity).replace(",", "")) == pytest.approx(quantity, rel=6e-3)


@pytest.mark.parametrize(
    ("many", "told"),
    [(1, "1 epoch"), (1.0, "1 epoch"), (0.25, "0.25 epochs"), (3.33333, "3.3 epochs")],
)
def test_epochs_are_counted_as_people_do(many: float, told: str) -> None:
    assert epochs(many) == told


def test_one_is_no_plural() -> None:
    assert (count(1, "configuration"), count(1200, "trial")) == ("1 configuration", "1,200 trials")


def test_a_drawn_value_can_be_typed_again() -> None:
    assert [plain(each) for each in (0.000316228, 12345.6, 1024, "adamw")] == [
        "0.0003162",
        "12346",
        "1024",
        "adamw",
    ]


def test_negative_and_grouped_numbers_are_aligned_to_the_right() -> None:
    assert table(("name", "r2"), (("a", "-0.1250"), ("b", "30,769"), ("c", "-"))) == (
        "name       r2\na     -0.1250\nb      30,769\nc           -"
    )
