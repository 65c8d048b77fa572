"""Small charts that need no script: of characters, and the geometry of SVG's lines and points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from automl.core.error_analysis import Scatter, SeriesExample, SeriesLine
from automl.core.text import epoch, number
from automl.core.trial import Measurement

CURVE_HEIGHT = 8
WIDEST = 72
NARROWEST = 10
Point = tuple[float, float]
# Largest and smallest width of the longest bar.
LONGEST_BAR = 40
SHORTEST_BAR = 4
# Side of a chart in its own units, whatever its size on the page.
SIDE = 100
# Variables of a series that are visible at first.
MOST_SHOWN = 3
# The lines of a variable, from the bottom up.
_ROLES = {"": "past", "came": "observed", "forecast": "forecast"}


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


@dataclass(frozen=True)
class ChartPath:
    """A line or some points of a chart.

    Args:
        name: Name of the line.
        d: Path as SVG has it, in hundredths of the chart.
        look: Style of the line, unless its order decides it: "past", "came".
    """

    name: str
    d: str
    look: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing with the limits of its axes.

    Args:
        paths: Lines and points, the first at the bottom.
        x: Ends of the horizontal axis, as text.
        y: Ends of the vertical axis, as text.
    """

    paths: tuple[ChartPath, ...]
    x: tuple[str, str]
    y: tuple[str, str]


def curve_charts(curves: Mapping[str, Sequence[Measurement]], metric: str) -> dict[str, Chart]:
    """Charts of the objective and of the losses over the epochs, by their titles.

    Args:
        curves: Name of a training -> its learning curve. Of several, each has a line in each chart;
            of one, both losses share a chart.
        metric: Name of the objective.
    """
    if len(curves) == 1:
        [curve] = curves.values()
        both = {name: _points(curve, name) for name in ("train_loss", "loss")}
        charts = {metric: _chart({metric: _points(curve, metric)}), "loss": _chart(both)}
    else:
        charts = {
            name: _chart({training: _points(curve, name) for training, curve in curves.items()})
            for name in (metric, "loss", "train_loss")
        }
    return {title: chart for title, chart in charts.items() if chart is not None}


def _points(curve: Sequence[Measurement], name: str) -> list[Point]:
    """What a training measured over its epochs, as far as it is finite."""
    return _finite((each.epoch, each.metrics.get(name)) for each in curve)


def series_charts(lines: SeriesExample) -> dict[str, Chart]:
    """A chart for each variable of a series, with its own scale; forecast variables come first.

    Variables that cannot be drawn are left out.
    """
    variables: dict[str, list[SeriesLine]] = {}
    for each in sorted(lines.lines, key=lambda line: not line.role):
        variables.setdefault(each.name, []).append(each)
    charts = {name: _variable(of) for name, of in variables.items()}
    return {name: chart for name, chart in charts.items() if chart is not None}


def shown_first(charts: Mapping[str, Chart]) -> int:
    """The number of charts of a series that are visible at first."""
    forecast = sum(len(chart.paths) > 1 for chart in charts.values())
    return min(forecast or len(charts), MOST_SHOWN)


def _variable(lines: Sequence[SeriesLine]) -> Chart | None:
    """A chart of one variable: its past, what came and what was forecast."""
    ordered = sorted(lines, key=lambda line: list(_ROLES).index(line.role))
    return _chart(
        {_ROLES[each.role]: _finite(enumerate(each.values, each.start)) for each in ordered},
        {_ROLES[each.role]: each.role or "past" for each in ordered},
    )


def scatter_chart(scatter: Scatter) -> Chart | None:
    """Predicted over true values, equal on the diagonal; None if nothing can be drawn."""
    points = _finite(zip(scatter.truths, scatter.answers, strict=True))
    if not points:
        return None
    low, high = _limits(each for point in points for each in point)
    dots = "".join(f"M{_place(x, low, high)} {SIDE - _place(y, low, high)}h0" for x, y in points)
    limits = _told(low, high)
    return Chart(
        (ChartPath("equal", f"M0 {SIDE}L{SIDE} 0"), ChartPath("example", dots)), limits, limits
    )


def _chart(lines: dict[str, list[Point]], looks: Mapping[str, str] | None = None) -> Chart | None:
    lines = {name: points for name, points in lines.items() if len(points) > 1}
    if not lines:
        return None
    left, right = _limits(x for points in lines.values() for x, _ in points)
    low, high = _limits(y for points in lines.values() for _, y in points)
    paths = []
    for name, points in lines.items():
        places = (f"{_place(x, left, right)} {SIDE - _place(y, low, high)}" for x, y in points)
        paths.append(ChartPath(name, f"M{'L'.join(places)}", (looks or {}).get(name, "")))
    return Chart(tuple(paths), _told(left, right), _told(low, high))


def _told(low: float, high: float) -> tuple[str, str]:
    return number(low, 4), number(high, 4)


def _finite(points: Iterable[tuple[float, float | None]]) -> list[Point]:
    return [(x, y) for x, y in points if y is not None and isfinite(x) and isfinite(y)]


def _limits(numbers: Iterable[float]) -> tuple[float, float]:
    found = tuple(numbers)
    return min(found), max(found)


def _place(number: float, low: float, high: float) -> float:
    """The position of a number, from 0 to ``SIDE``; in the middle if all are equal."""
    width = high / 2 - low / 2  # halves: the difference of the largest numbers is none
    return round(SIDE * (number / 2 - low / 2) / width, 2) if width > 0 else SIDE / 2
