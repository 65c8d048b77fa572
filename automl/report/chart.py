"""Small drawings that need no script: the geometry of lines and points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from automl.core.review import Lines, Scatter
from automl.core.trial import Measurement

Point = tuple[float, float]

# The drawing's own units, whatever its size on the page.
SIDE = 100


@dataclass(frozen=True)
class Path:
    """A line or some points of a chart.

    Args:
        name: What it is.
        d: Its way, as SVG has it, in units of a hundredth of the chart.
    """

    name: str
    d: str


@dataclass(frozen=True)
class Chart:
    """A drawing with the ends of its axes.

    Args:
        paths: What is drawn, the first at the bottom.
        x: The lowest and the highest of the horizontal axis, in words.
        y: The lowest and the highest of the vertical axis.
    """

    paths: tuple[Path, ...]
    x: tuple[str, str]
    y: tuple[str, str]


def curve_charts(curve: Sequence[Measurement], metric: str) -> dict[str, Chart]:
    """A training's objective, and its losses, each by its title, over the epochs."""
    wanted = {metric: (metric,), "loss": ("train_loss", "loss")}
    charts = {}
    for title, names in wanted.items():
        lines = {name: [(each.epoch, each.metrics.get(name)) for each in curve] for name in names}
        charts[title] = _chart({name: _finite(points) for name, points in lines.items()})
    return {title: chart for title, chart in charts.items() if chart is not None}


def series_chart(lines: Lines) -> Chart | None:
    """A series with a line for each variable; None where nothing can be drawn."""
    return _chart({each.name: _finite(enumerate(each.values, each.start)) for each in lines.lines})


def scatter_chart(scatter: Scatter) -> Chart | None:
    """Predicted over true; on the diagonal both are the same. None where nothing can be drawn."""
    points = _finite(zip(scatter.truths, scatter.answers, strict=True))
    if not points:
        return None
    low, high = _ends(each for point in points for each in point)
    dots = "".join(f"M{_place(x, low, high)} {SIDE - _place(y, low, high)}h0" for x, y in points)
    ends = (f"{low:.4g}", f"{high:.4g}")
    return Chart((Path("equal", f"M0 {SIDE}L{SIDE} 0"), Path("example", dots)), ends, ends)


def _chart(lines: dict[str, list[Point]]) -> Chart | None:
    lines = {name: points for name, points in lines.items() if len(points) > 1}
    if not lines:
        return None
    left, right = _ends(x for points in lines.values() for x, _ in points)
    low, high = _ends(y for points in lines.values() for _, y in points)
    paths = []
    for name, points in lines.items():
        places = (f"{_place(x, left, right)} {SIDE - _place(y, low, high)}" for x, y in points)
        paths.append(Path(name, f"M{'L'.join(places)}"))
    return Chart(tuple(paths), (f"{left:.4g}", f"{right:.4g}"), (f"{low:.4g}", f"{high:.4g}"))


def _finite(points: Iterable[tuple[float, float | None]]) -> list[Point]:
    return [(x, y) for x, y in points if y is not None and isfinite(x) and isfinite(y)]


def _ends(numbers: Iterable[float]) -> tuple[float, float]:
    found = tuple(numbers)
    return min(found), max(found)


def _place(number: float, low: float, high: float) -> float:
    """Where a number lies, from 0 to the side; in the middle where all are the same."""
    width = high / 2 - low / 2  # halves: the difference of the largest numbers is none
    return round(SIDE * (number / 2 - low / 2) / width, 2) if width > 0 else SIDE / 2
