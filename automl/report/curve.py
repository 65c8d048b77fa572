"""A learning curve as lines of characters."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

HEIGHT = 8
WIDEST = 72
NARROWEST = 10

Point = tuple[float, float]


def draw_curve(title: str, points: Sequence[Point], width: int, height: int = HEIGHT) -> str:
    """A chart with its axes: ``title`` above it, and the epochs below it.

    Args:
        title: What is drawn.
        points: (epoch, value), oldest first; what is no finite number is left out.
        width: Characters that a line may have.
        height: Lines of the chart itself.

    Returns:
        The lines of the chart; of fewer than two points "", for they are no curve.
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
    first, last = f"{finite[0][0]:g}", f"epoch {finite[-1][0]:g}"
    axis = f"{'':{margin}} └{'─' * columns}"
    epochs = f"{'':{margin}}  {first}{last:>{max(columns - len(first), len(last) + 1)}}"
    return "\n".join([title, *lines, axis, epochs])


def _labels(low: float, high: float, height: int) -> list[str]:
    """The largest value beside the top line and the smallest beside the last."""
    return [f"{high:.4g}", *[""] * (height - 2), f"{low:.4g}"]


def _values(points: Sequence[Point], columns: int) -> list[float]:
    """The value at each column, on the straight line between the points around it."""
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
    """The line of a value, 0 at the top; one that never changes runs along the bottom."""
    share = (value - low) / (high - low) if high > low else 0.0
    return round((1 - share) * (height - 1))


def _draw(rows: Sequence[int], height: int) -> list[str]:
    """Lines that go along ``rows``, one a column, with corners where they change."""
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
