"""Bars are as long as their shares, and every one can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from automl.report.bars import draw_bars

NAMES = st.text("abcxyz.", min_size=1, max_size=30)


def test_bars_are_aligned_and_as_long_as_their_shares() -> None:
    assert draw_bars({"lr": 0.6, "depth": 0.3, "units": 0.1, "seed": 0.0}, width=27) == (
        "lr      60%  ██████████████\ndepth   30%  ███████\nunits   10%  ██\nseed     0%"
    )


def test_what_is_not_nothing_can_be_seen() -> None:
    assert draw_bars({"a": 0.999, "b": 0.001}, width=40).splitlines()[1] == "b   <1%  █"


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_bars({}, width=40) == ""


@given(st.dictionaries(NAMES, st.floats(0, 1), min_size=1), st.integers(50, 200))
def test_every_share_has_a_line_that_fits(shares: dict[str, float], width: int) -> None:
    lines = draw_bars(shares, width).splitlines()
    assert [line.split()[0] for line in lines] == list(shares)
    assert all(len(line) <= width for line in lines)
    lengths = [line.count("█") for line in lines]
    ordered = sorted(range(len(lines)), key=lambda at: list(shares.values())[at])
    assert [lengths[at] for at in ordered] == sorted(lengths)
