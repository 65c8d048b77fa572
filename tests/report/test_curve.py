"""A curve in characters shows where it begins, where it goes and where it ends."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from automl.report.curve import HEIGHT, draw_curve

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
    assert drawn[HEIGHT] == "0.5 ┤" + "─" * 25


def test_one_point_is_no_curve() -> None:
    assert draw_curve("loss", [(1.0, 0.5), (2.0, math.nan)], width=30) == ""


@given(st.lists(VALUES, max_size=40), st.integers(20, 120))
def test_any_curve_fits_and_is_one_line_from_side_to_side(values: list[float], width: int) -> None:
    points = [((at + 1) / 4, value) for at, value in enumerate(values)]
    lines = draw_curve("score", points, width).splitlines()
    if sum(map(math.isfinite, values)) < 2:
        assert lines == []
        return
    assert len(lines) == HEIGHT + 3
    assert all(len(line) <= max(width, 30) for line in lines)
    start = lines[-2].index("└") + 1
    columns = zip(*(line.ljust(len(lines[-2]))[start:] for line in lines[1:-2]), strict=True)
    assert all(any(each != " " for each in column) for column in columns)
