"""Charts in characters: curves show where they begin and end, bars are as long as their shares."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from automl.report.charts import CURVE_HEIGHT, draw_bars, draw_curve

VALUES = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf])


def test_a_curve_has_its_axes() -> None:
    points = [(1.0, 0.5), (2.0, 0.9), (3.0, 0.7), (4.0, 0.7)]
    assert draw_curve("accuracy", points, width=28, height=5) == (
        "accuracy\n"
        "0.9 ┤       ╭──╮\n"
        "    │     ╭─╯  ╰──╮\n"
        "    │   ╭─╯       ╰─────────\n"
        "    │ ╭─╯\n"
        "0.5 ┤─╯\n"
        "    └───────────────────────\n"
        "     1               epoch 4"
    )


def test_a_value_that_never_changes_is_a_line() -> None:
    drawn = draw_curve("loss", [(1.0, 0.5), (2.0, 0.5)], width=30).splitlines()
    assert drawn[CURVE_HEIGHT] == "0.5 ┤" + "─" * 25


def test_one_point_is_no_curve() -> None:
    assert draw_curve("loss", [(1.0, 0.5), (2.0, math.nan)], width=30) == ""


@given(st.lists(VALUES, max_size=40), st.integers(20, 120))
def test_any_curve_fits_and_is_one_line_from_side_to_side(values: list[float], width: int) -> None:
    points = [((at + 1) / 4, value) for at, value in enumerate(values)]
    lines = draw_curve("score", points, width).splitlines()
    if sum(map(math.isfinite, values)) < 2:
        assert lines == []
        return
    assert len(lines) == CURVE_HEIGHT + 3
    assert all(len(line) <= max(width, 30) for line in lines)
    start = lines[-2].index("└") + 1
    columns = zip(*(line.ljust(len(lines[-2]))[start:] for line in lines[1:-2]), strict=True)
    assert all(any(each != " " for each in column) for column in columns)


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
