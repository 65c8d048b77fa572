"""Charts made of characters: learning curves and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from automl.core.text import epoch, number

CURVE_HEIGHT = 8
WIDEST = 72
NARROWEST = 10
Point = tuple[float, float]
# Largest and smallest width of the longest bar.
LONGEST_BAR = 40
SHORTEST_BAR = 4


def draw_curve(title: str, points: Sequence[Point], width: int, height: int = CURVE_HEIGHT) -> str:
    """A chart with its axes: ``title`` above it, and the epochs below it.

    Args:
        title: Title of the chart.
        points: Pairs of epoch and value, oldest first; infinite and undefined values are left out.
        width: Characters per line.
        height: Lines of the chart itself.

    Returns:
        The lines of the chart; empty for fewer than two points.
    """
    finite = [point for point in points if all(map(isfinite, point))]
    if len(finite) < 2:
        return ""
    low, high = min(y for _, y in finite), max(y for _, y in finite)
    labels = _labels(low, high, height)
    margin = max(map(len, labels))
    columns = min(max(width - margin - 2, NARROWEST), WIDEST)
    rows = [_row(value, low, high, height) for value in _values(finite, columns)]
    lines = [
        f"{label:>{margin}} {'┤' if label else '│'}{line}".rstrip()
        for label, line in zip(labels, _draw(rows, height), strict=True)
    ]
    first, last = epoch(finite[0][0]), f"epoch {epoch(finite[-1][0])}"
    axis = f"{'':{margin}} └{'─' * columns}"
    epochs = f"{'':{margin}}  {first}{last:>{max(columns - len(first), len(last) + 1)}}"
    return "\n".join([title, *lines, axis, epochs])


def _labels(low: float, high: float, height: int) -> list[str]:
    """The largest value beside the top line and the smallest beside the bottom line."""
    return [number(high, 4), *[""] * (height - 2), number(low, 4)]


def _values(points: Sequence[Point], columns: int) -> list[float]:
    """The value at each column, interpolated between the neighbouring points."""
    first, last = points[0][0], points[-1][0]
    found, at = [], 0
    for column in range(columns):
        epoch = first + (last - first) * column / (columns - 1)
        while at < len(points) - 2 and points[at + 1][0] < epoch:
            at += 1
        (before, start), (after, end) = points[at], points[at + 1]
        share = min((epoch - before) / (after - before), 1.0) if after > before else 1.0
        found.append(start + (end - start) * share)
    return found


def _row(value: float, low: float, high: float, height: int) -> int:
    """The line of a value, 0 at the top; a constant curve runs along the bottom."""
    share = (value - low) / (high - low) if high > low else 0.0
    return round((1 - share) * (height - 1))


def _draw(rows: Sequence[int], height: int) -> list[str]:
    """Lines that follow ``rows``, one for each column, with corners where they change."""
    canvas = [[" "] * len(rows) for _ in range(height)]
    before = rows[0]
    for column, row in enumerate(rows):
        if row == before:
            canvas[row][column] = "─"
        else:
            rises = row < before
            canvas[before][column], canvas[row][column] = ("╯", "╭") if rises else ("╮", "╰")
            for between in range(min(row, before) + 1, max(row, before)):
                canvas[between][column] = "│"
        before = row
    return ["".join(line) for line in canvas]


def draw_bars(shares: Mapping[str, float], width: int) -> str:
    """A line for each share: its name, a percentage and a bar.

    Args:
        shares: Name -> share, from 0 to 1; the largest has the longest bar.
        width: Characters per line; lines with long names are longer.
    """
    if not shares:
        return ""
    longest_name = max(map(len, shares))
    room = min(max(width - longest_name - len("  100%  "), SHORTEST_BAR), LONGEST_BAR)
    largest = max(shares.values()) or 1.0
    lines = (
        f"{name:<{longest_name}}  {percent(share)}  {'█' * _bar_length(share / largest, room)}"
        for name, share in shares.items()
    )
    return "\n".join(line.rstrip() for line in lines)


def _bar_length(share: float, room: int) -> int:
    """The length of a bar; every share above 0 is visible."""
    return max(round(share * room), 1) if share > 0 else 0


def percent(share: float) -> str:
    """A share as a percentage of four characters: ``" 27%"``, ``" <1%"``."""
    return " <1%" if 0 < share < 0.005 else f"{share:4.0%}"
