"""Numbers and durations as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.cli.tables import table
from automl.cli.text import parse_duration
from automl.core.errors import UserError
from automl.core.text import duration


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
