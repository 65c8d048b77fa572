"""The style of the page's plots: panels, colours, axes, and lines that run from the top down.

Blue is better, wherever a colour stands for how good something is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

from automl.core.records import StudyRecord
from automl.core.text import number, plotly_text, shortened
from automl.report import Report
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
# Longest name that fits on a row.
LONGEST_ROW = 28
# Width of a letter of a tick, as a share of a telephone's screen.
LETTER = 0.022


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


def parallel_panels(figure: Figure, report: Report) -> list[Panel]:
    """Each trial as a line from the top down, with a row for the objective and each parameter.

    Optuna draws them side by side, for which a telephone has no room.
    """
    study, layout = report.study, figure["layout"]
    lines = [
        each for each in figure["data"] if each["mode"] == "lines" and each["y"][0] is not None
    ]
    names = [_whole_name(each, study) for each in layout["xaxis"]["ticktext"]]
    colours = shades_of([each["y"][0] for each in lines], study.maximize)
    order = sorted(zip(lines, colours, strict=True), key=lambda each: each[1][0])
    data = [_downwards(line, colour) for line, (_, colour) in order]
    titles = [_row_title(at, name) for at, name in enumerate(names)]
    ticks = [_row_tick(each, names, study) for each in layout["annotations"]]
    ticks = [each for row in range(len(names)) for each in _legible(ticks, row)]
    rows = [
        {
            "type": "line",
            "x0": 0,
            "x1": 1,
            "y0": at,
            "y1": at,
            "line": {"color": GREY, "width": 1},
            "layer": "below",
        }
        for at in range(len(names))
    ]
    flat = {
        "margin": {"l": 25, "r": 25, "t": 30, "b": 30},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"visible": False, "range": [-0.02, 1.02], "fixedrange": True},
        "yaxis": {"visible": False, "range": [len(names) - 0.7, -0.5], "fixedrange": True},
        "annotations": [*titles, *ticks],
        "shapes": rows,
    }
    return [Panel("parallel_coordinate", data, flat, 60 + 70 * len(names))]


def _downwards(line: Trace, colour: str) -> Trace:
    told = [f"{plotly_text(name)}: {plotly_text(drawn)}" for name, drawn in line["customdata"]]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": line["y"],
        "y": line["x"],
        "line": {"color": colour, "width": 1.5},
        "opacity": 0.6,
        "hovertext": told,
        "hoverinfo": "text",
        "showlegend": False,
    }


def _row_title(row: int, name: str) -> dict[str, Any]:
    return {
        "x": 0,
        "y": row,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 8,
        "xshift": -4,
        "text": f"<b>{plotly_text(shortened(name, LONGEST_ROW))}</b>",
        "showarrow": False,
        "font": {"size": 11},
    }


def _row_tick(tick: Mapping[str, Any], names: Sequence[str], study: StudyRecord) -> dict[str, Any]:
    """A tick of Optuna's axis, below its row; some parameters are not drawn in every trial."""
    at, along = tick["x"], tick["y"]
    complete = study.having("complete")
    lacking = at > 0 and any(names[at] not in each.parameters for each in complete)
    words = {"None": "not drawn" if lacking else "none", "None (value)": "none"}
    told = words.get(tick["text"]) or _readable_tick(tick["text"])
    anchor = "left" if along < 0.05 else "right" if along > 0.95 else "center"
    return {
        "x": along,
        "y": at,
        "xanchor": anchor,
        "yanchor": "top",
        "yshift": -2,
        "text": plotly_text(shortened(told, LONGEST_ROW // 2)),
        "showarrow": False,
        "font": {"size": 11},
    }


def _readable_tick(tick: str) -> str:
    """The text of a tick; Optuna writes some numbers in powers of ten."""
    try:
        return number(float(tick), 3) if "e" in tick else tick
    except ValueError:
        return tick


def _legible(ticks: Sequence[dict[str, Any]], row: int) -> list[dict[str, Any]]:
    """The ticks of a row that do not overlap: both ends, then from the left."""
    ordered = sorted((each for each in ticks if each["y"] == row), key=lambda each: each["x"])
    kept: list[dict[str, Any]] = []
    for each in [*ordered[:1], *ordered[:0:-1][:1], *ordered[1:-1]]:
        (low, high) = _extent(each)
        if all(high < before[0] or low > before[1] for before in map(_extent, kept)):
            kept.append(each)
    return kept


def _extent(tick: Mapping[str, Any]) -> tuple[float, float]:
    """The left and right end of a tick on a telephone."""
    wide = LETTER * (len(tick["text"]) + 1)
    shares = {"left": (0.0, 1.0), "center": (0.5, 0.5), "right": (1.0, 0.0)}
    before, after = shares[tick["xanchor"]]
    return tick["x"] - wide * before, tick["x"] + wide * after


def _whole_name(label: str, study: StudyRecord) -> str:
    """The full name of a parameter that Optuna shortened."""
    begin = label.removesuffix("...").removesuffix("…")
    names = dict.fromkeys(name for each in study.trials for name in each.parameters)
    whole = [name for name in names if name == label]
    return next(
        iter([*whole, *(n for n in names if begin != label and n.startswith(begin))]), label
    )
