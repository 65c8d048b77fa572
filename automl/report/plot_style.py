"""The style of the page's plots: panels, colours, and axes that end where the data does.

Blue is better, wherever a colour stands for how good something is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

from automl.core.text import number, plotly_text, shortened
from automl.tasks import metric_bounds

# Colours that are visible on a white page and on a nearly black one.
GREY, BLUE, ORANGE, RED, GREEN = "#8a919c", "#3a7bd5", "#d9730d", "#d6453d", "#2f9e63"
PURPLE, TEAL = "#8e5bd0", "#1f9aa8"
_MARGIN = {"l": 60, "r": 15, "t": 15, "b": 50}
# Pixels above a plot for its legend.
_LEGEND_ROOM = 45
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
# Ticks of a logarithmic axis, and of whole numbers, that fit on a small plot.
MOST_TICKS = 4
MOST_NUMBERS = 8
# Empty room at each end of an axis, as a share of the data's range.
ROOM = 0.06
# Range in which numbers on an axis are written without powers of ten.
PLAIN = (1e-3, 1e9)
# The longest name of a category that a small plot has room for.
LONGEST = 20
Trace = dict[str, Any]
Figure = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """One plot of the page.

    Args:
        name: Name of the plot among the figures of the page.
        data: Traces, as Plotly has them.
        layout: Layout, as Plotly has it; fonts and grids that it leaves open follow the page.
        height: Height in pixels.
        title: Heading above the plot; empty if it is the only one of its kind.
    """

    name: str
    data: Sequence[Trace]
    layout: Mapping[str, Any]
    height: int = 380
    title: str = ""


@dataclass(frozen=True)
class Axis:
    """A parameter as the axis of a plot.

    Args:
        values: Position of each trial on the axis: a number, or the name of a category.
        settings: Settings of the axis, as Plotly has them.
    """

    values: tuple[Any, ...]
    settings: Mapping[str, Any]


def metric_axis(metric: str, values: Iterable[float | None]) -> dict[str, Any]:
    """An axis from the smallest to the largest value, within the bounds of the metric.

    Args:
        metric: Name of the metric; an unknown one has no bounds.
        values: Values that are drawn; None and what is not finite is left out.
    """
    known = [each for each in values if each is not None and isfinite(each)]
    axis: dict[str, Any] = {"title": {"text": plotly_text(shortened(metric, LONGEST))}}
    if known:
        low, high = metric_bounds(metric)
        least, most = _with_room(min(known), max(known))
        axis |= {"range": [max(least, low), min(most, high)], **_notation(known)}
    return axis


def numbers_axis(title: str, count: int) -> dict[str, Any]:
    """An axis of the whole numbers from 0 up to ``count``."""
    steps = (first * 10**power for power in range(9) for first in (1, 2, 5))
    step = next(each for each in steps if count <= MOST_NUMBERS * each)
    return {"title": {"text": title}, "tick0": 0, "dtick": step}


def parameter_axis(found: Mapping[str, Any], values: Sequence[Any]) -> Axis:
    """The axis of a parameter, from the one in Optuna's slice plot."""
    if found.get("type") == "category":
        names = {each: _category(each) for each in found.get("categoryarray", ())}
        settings = {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(names.values()),
        }
        return Axis(tuple(names.get(each, _category(each)) for each in values), settings)
    if found.get("type") != "log":
        limits = list(_with_room(min(values), max(values)))
        return Axis(tuple(values), {"range": limits, **_notation(values)})
    low, high = _with_room(log10(min(values)), log10(max(values)))
    shown = _ticks(low, high)
    ticks = {"tickvals": shown, "ticktext": [number(each, 3) for each in shown]}
    return Axis(tuple(values), {"type": "log", "range": [low, high], **ticks})


def _category(name: Any) -> str:
    """A category without Optuna's quotation marks."""
    told = str(name)
    quoted = len(told) > 1 and told[0] == told[-1] and told[0] in "'\""
    return plotly_text(shortened(told[1:-1] if quoted else told, LONGEST))


def _notation(values: Sequence[float]) -> dict[str, str]:
    """The notation of numbers: in full, unless they are very large or very small."""
    largest = max(map(abs, values))
    return {"exponentformat": "none"} if PLAIN[0] <= largest < PLAIN[1] or not largest else {}


def _with_room(low: float, high: float) -> tuple[float, float]:
    """A range with room on both sides; a single number gets a share of itself."""
    room = (high - low) * ROOM or abs(high) * ROOM or 1.0
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Ticks at ones, twos and fives, or at ones if those are too many, between two exponents."""
    powers = range(floor(low), ceil(high) + 1)
    found = [first * 10.0**power for power in powers for first in (1, 2, 5)]
    inside = [each for each in found if low <= log10(each) <= high]
    if len(inside) > MOST_TICKS:
        inside = [each for each in inside if f"{each:e}".startswith("1")]
    stride = max(1, -(-len(inside) // MOST_TICKS))
    return inside[::stride]


def plain_layout(
    x: Mapping[str, Any] | None = None, y: Mapping[str, Any] | None = None, legend: bool = False
) -> dict[str, Any]:
    """A layout of two axes."""
    margin = {**_MARGIN, "t": _LEGEND_ROOM if legend else _MARGIN["t"]}
    return {"margin": margin, "legend": _LEGEND, "xaxis": dict(x or {}), "yaxis": dict(y or {})}


def colours_of(values: Sequence[float | None], maximize: bool) -> list[str]:
    """The colour of each value, from grey for the worst to blue for the best."""
    return [colour for _, colour in shades_of(values, maximize)]


def shades_of(values: Sequence[float | None], maximize: bool) -> list[tuple[float, str]]:
    """How good each value is, from 0 to 1, and its colour from grey to blue; equals are blue."""
    known = [each for each in values if each is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    found = []
    for each in values:
        share = 1.0 if each is None or high == low else (each / 2 - low / 2) / (high / 2 - low / 2)
        good = share if maximize or high == low else 1 - share
        found.append((good, _mix(good)))
    return found


def _mix(share: float) -> str:
    """The colour between grey (0) and blue (1)."""
    channels = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (GREY, BLUE)]
    mixed = (round(low + (high - low) * share) for low, high in zip(*channels, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
