"""Optuna's plots in the sizes and colours of the page.

Blue is better, wherever a colour stands for how good something is. Subplots of Optuna's figures
become panels, which a page of any width puts beside or below each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from automl.core.records import StudyRecord
from automl.core.text import plotly_text, value
from automl.report import Report
from automl.report import plot_style as style

_OF_STATUSES = {
    "complete": style.GREEN,
    "pruned": style.ORANGE,
    "infeasible": style.GREY,
    "diverged": style.PURPLE,
    "failed": style.RED,
    "running": style.TEAL,
}
# Kinds of Optuna's figures that the panels are made from.
FIGURES = ("front", "history", "slice", "parallel_coordinate", "timeline", "learning_curves")
# Number of parameters that are shown in pairs.
MOST_PAIRED = 4
# Trials that must have both parameters of a pair.
FEWEST = 2
# View of a plot with three axes that shows all their titles.
_CAMERA = {"eye": {"x": 1.6, "y": 1.6, "z": 0.9}}
# The numbers of the trials that have a parameter, and its axis with their values.
_Slice = tuple[list[int], style.Axis]
_Draw = Callable[[style.Figure, Report], list[style.Panel]]


def make_panels(report: Report) -> dict[str, list[style.Panel]]:
    """The panels of each kind of plot; none if there is nothing to show."""
    figures = {kind: each for kind, each in report.plots.figures.items() if each["data"]}
    return {
        kind: draw(figures[of], report) if of in figures else []
        for kind, (of, draw) in _DRAWN.items()
    }


def _front(figure: style.Figure, report: Report) -> list[style.Panel]:
    """The front in blue, other trials in grey; Optuna labels the front as best."""
    data = []
    for trace in figure["data"]:
        on_front = "Best" in trace["hovertemplate"]
        marker = {"color": style.BLUE if on_front else style.GREY, "size": 9 if on_front else 6}
        data.append({**trace, "marker": marker})
    axes = ("xaxis", "yaxis", "scene")
    layout = {name: each for name, each in figure["layout"].items() if name in axes}
    if "scene" in layout:
        layout["scene"] = {**layout["scene"], "camera": _CAMERA}
    return [
        style.Panel(
            "front", data, {**style.plain_layout(), **layout}, 520 if "scene" in layout else 380
        )
    ]


def _history(figure: style.Figure, report: Report) -> list[style.Panel]:
    """Complete and stopped trials over their numbers, and the best so far."""
    study, (complete, best, *_) = report.study, figure["data"]
    stopped = [each for each in study.measured if each.status != "complete"]
    early = {
        "type": "scatter",
        "mode": "markers",
        "name": "stopped early",
        "x": [each.number for each in stopped],
        "y": [each.objective for each in stopped],
        "marker": {"color": style.GREY, "symbol": "circle-open", "size": 6},
    }
    data = [
        *([early] if stopped else []),
        {
            **complete,
            "name": "complete",
            "marker": {"color": style.GREY, "size": 7},
            "cliponaxis": False,
        },
        {**best, "name": "best so far", "line": {"color": style.BLUE, "width": 3, "shape": "hv"}},
    ]
    axis = style.metric_axis(study.metric, [y for trace in data for y in trace["y"]])
    trials = style.numbers_axis("trial", len(study.trials))
    return [style.Panel("history", data, style.plain_layout(trials, axis, legend=True))]


def _slice(figure: style.Figure, report: Report) -> list[style.Panel]:
    """The objective over each parameter, one panel each."""
    study, slices = report.study, _slices(figure)
    panels = []
    for at, (name, (numbers, axis)) in enumerate(slices.items()):
        values = [study.trials[each].objective for each in numbers]
        points = _points(numbers, axis.values, values, values, study)
        layout = style.plain_layout(axis.settings, style.metric_axis(study.metric, values))
        panels.append(style.Panel(f"slice-{at}", [points], layout, 260, name))
    return panels


def _rank(figure: style.Figure, report: Report) -> list[style.Panel]:
    """The parameters that matter most in pairs, one panel each."""
    study, slices = report.study, _slices(figure)
    ordered = [name for name in report.plots.shares if name in slices]
    names = list(dict.fromkeys([*ordered, *slices]))[:MOST_PAIRED]
    pairs = [
        (one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if len({*slices[one][0]} & {*slices[other][0]}) >= FEWEST
    ]
    return [
        _pair(f"rank-{at}", (one, slices[one]), (other, slices[other]), study)
        for at, (one, other) in enumerate(pairs)
    ]


def _pair(
    name: str, one: tuple[str, _Slice], other: tuple[str, _Slice], study: StudyRecord
) -> style.Panel:
    (left, (numbers, x)), (right, (others, y)) = one, other
    having = set(others)
    both = [each for each in numbers if each in having]
    across = dict(zip(numbers, x.values, strict=True))
    up = dict(zip(others, y.values, strict=True))
    values = [study.trials[each].objective for each in both]
    points = _points(both, [across[e] for e in both], [up[e] for e in both], values, study)
    title = f"{right} over {left}"
    return style.Panel(name, [points], style.plain_layout(x.settings, y.settings), 280, title)


def _slices(figure: style.Figure) -> dict[str, _Slice]:
    """The parameters of Optuna's slice plot, where a point's colour is the number of its trial."""
    found = {}
    for trace in figure["data"]:
        axis = figure["layout"][f"xaxis{trace.get('xaxis', 'x')[1:]}"]
        numbers = trace["marker"]["color"]
        if isinstance(numbers, list) and numbers:
            found[axis["title"]["text"]] = (numbers, style.parameter_axis(axis, trace["x"]))
    return found


def _points(
    numbers: Sequence[int],
    x: Sequence[Any],
    y: Sequence[Any],
    values: Sequence[float | None],
    study: StudyRecord,
) -> style.Trace:
    """A point for each trial; bluer is better."""
    told = [f"trial {n}: {study.metric} {value(v)}" for n, v in zip(numbers, values, strict=True)]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "hovertext": list(map(plotly_text, told)),
        "hoverinfo": "text",
        "marker": {"color": style.colours_of(values, study.maximize), "size": 7},
        "cliponaxis": False,
    }


def _timeline(figure: style.Figure, report: Report) -> list[style.Panel]:
    """When each trial ran, coloured by its status."""
    ran: dict[str, list[tuple[int, str, float]]] = {}
    for trace in figure["data"]:
        for trial, begun, lasted in zip(trace["y"], trace["base"], trace["x"], strict=True):
            ran.setdefault(report.study.trials[trial].status, []).append((trial, begun, lasted))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": status,
            "y": [trial for trial, _, _ in bars],
            "base": [begun for _, begun, _ in bars],
            "x": [lasted for _, _, lasted in bars],
            "width": 0.8,
            "hovertemplate": f"trial %{{y}}: {status}<extra></extra>",
            "marker": {"color": _OF_STATUSES.get(status, style.GREY)},
        }
        for status, bars in sorted(ran.items(), key=lambda each: _order(each[0]))
    ]
    trials = style.numbers_axis("trial", len(report.study.trials))
    layout = style.plain_layout({"type": "date", "nticks": 5}, trials, legend=True)
    return [style.Panel("timeline", data, {**layout, "barmode": "overlay", "showlegend": True})]


def _order(status: str) -> int:
    known = list(_OF_STATUSES)
    return known.index(status) if status in known else len(known)


def _learning(figure: style.Figure, report: Report) -> list[style.Panel]:
    """The curve of the delivered model's trial in blue, the others behind it."""
    study = report.study
    blue = f"Trial{report.delivered.trial.number}" if report.delivered else ""
    data = []
    for trace in sorted(figure["data"], key=lambda each: each["name"] == blue):
        line = (
            {"color": style.BLUE, "width": 3}
            if trace["name"] == blue
            else {"color": style.GREY, "width": 1}
        )
        opacity = 1.0 if trace["name"] == blue else 0.4
        data.append({**trace, "line": line, "opacity": opacity})
    axis = style.metric_axis(study.metric, [y for trace in data for y in trace["y"]])
    layout = style.plain_layout({"title": {"text": "reporting step"}}, axis)
    return [style.Panel("learning_curves", data, {**layout, "showlegend": False})]


# The kind of panels, which of Optuna's figures they are made of, and how.
_DRAWN: dict[str, tuple[str, _Draw]] = {
    "front": ("front", _front),
    "history": ("history", _history),
    "slice": ("slice", _slice),
    "parallel_coordinate": ("parallel_coordinate", style.parallel_panels),
    "rank": ("slice", _rank),
    "timeline": ("timeline", _timeline),
    "learning_curves": ("learning_curves", _learning),
}
