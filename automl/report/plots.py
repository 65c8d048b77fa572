"""What Optuna's plots show, in words and in the colours of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automl.core.text import count
from automl.report.content import Report, Study

# Each can be told from a white page and from a nearly black one.
GREY, BLUE, ORANGE, RED, GREEN = "#8a919c", "#3a7bd5", "#d9730d", "#d6453d", "#2f9e63"
_FADED = 0.4
_OF_STATES = {"COMPLETE": BLUE, "PRUNED": ORANGE, "FAIL": RED, "RUNNING": GREEN, "WAITING": GREY}


@dataclass(frozen=True)
class Caption:
    """What stands beside a plot.

    Args:
        title: Its heading.
        text: How to read it.
        empty: What is said instead where there is nothing to show.
    """

    title: str
    text: str
    empty: str


_TOO_FEW = "There are not two complete trials yet that could be compared."
CAPTIONS = {
    "history": Caption(
        "History",
        "A point for each complete trial; the line is the best so far.",
        "No trial is complete yet.",
    ),
    "importances": Caption(
        "What matters",
        "How much each parameter sets the best trials apart from the others.",
        "It cannot be told yet which parameters matter.",
    ),
    "slice": Caption(
        "Slices",
        "A point for each complete trial, over each of the parameters that matter most; the later "
        "the trial, the bluer.",
        _TOO_FEW,
    ),
    "parallel_coordinate": Caption(
        "Parallel coordinates",
        "A line for each complete trial, through what it drew; the better, the bluer.",
        _TOO_FEW,
    ),
    "rank": Caption(
        "Rank",
        "The parameters that matter most in pairs, a point for each complete trial, from blue for "
        "the lowest value to red for the highest.",
        _TOO_FEW,
    ),
    "timeline": Caption(
        "Timeline",
        "When each trial ran and how it ended; infeasible and diverged ones count as pruned here.",
        "No trial has begun yet.",
    ),
    "learning_curves": Caption(
        "Learning curves",
        "What each trial reported on validation, step by step; the best trial's is blue.",
        "No trial has reported anything yet.",
    ),
}


@dataclass(frozen=True)
class Size:
    """The room that a plot takes, in pixels; a narrower page scrolls it."""

    height: int
    width: int = 0


def sample_note(report: Report) -> str:
    """Of which trials the plots are; empty where they are of all."""
    shown, trials = report.plots.shown, len(report.study.trials)
    if shown == trials:
        return ""
    return (
        f"All plots but the history show {shown:,} of the {count(trials, 'trial')}: the best, and "
        "an even sample of the others."
    )


def size(kind: str, figure: Mapping[str, Any]) -> Size:
    """The room that a plot takes."""
    axes = sum(name.startswith("xaxis") for name in figure["layout"])
    if kind == "rank":
        side = round(axes**0.5)
        return Size(120 + 190 * side, 150 + 190 * side)
    if kind == "slice":
        return Size(340, 90 + 220 * axes)
    if kind == "parallel_coordinate":
        return Size(420, 120 * len(figure["layout"]["xaxis"].get("tickvals", ())))
    if kind == "importances":
        return Size(110 + 24 * sum(len(trace["y"]) for trace in figure["data"]))
    return Size(380)


def dress(kind: str, figure: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """A plot without what the page says around it, and in colours that fit both its schemes.

    What is left open, fonts and grids, follows the page.
    """
    layout = {
        name: part
        for name, part in figure["layout"].items()
        if name not in ("title", "template", "width", "plot_bgcolor")
    }
    layout["legend"] = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    data = list(figure["data"])
    if kind in ("slice", "parallel_coordinate"):
        data = [_plain_scale(trace) for trace in data]
    if kind == "parallel_coordinate":
        data = [_by_value(trace, study.maximize) for trace in data]
    if kind == "timeline":
        data = [{**trace, "marker": {"color": _OF_STATES.get(trace["name"], GREY)}} for trace in data]
    if kind == "learning_curves":
        data = _best_on_top(data, study)
    return {"data": data, "layout": layout}


def _plain_scale(trace: dict[str, Any]) -> dict[str, Any]:
    """From grey to blue."""
    if "colorscale" not in trace.get("marker", {}):
        return trace
    return {**trace, "marker": {**trace["marker"], "colorscale": [[0, GREY], [1, BLUE]]}}


def _by_value(trace: dict[str, Any], maximize: bool) -> dict[str, Any]:
    """A line by its first point, where its value lies between the lowest (0) and the highest."""
    if trace["mode"] != "lines" or trace["y"][0] is None:
        return trace
    good = trace["y"][0] if maximize else 1 - trace["y"][0]
    return {**trace, "line": {**trace["line"], "color": _mix(good)}}


def _mix(share: float) -> str:
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (GREY, BLUE)]
    parts = (round(low + (high - low) * share) for low, high in zip(*ends, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _best_on_top(traces: Sequence[dict[str, Any]], study: Study) -> list[dict[str, Any]]:
    best = None if study.best is None else f"Trial{study.best.number}"
    others = [
        {**each, "line": {"color": GREY, "width": 1}, "opacity": _FADED}
        for each in traces
        if each["name"] != best
    ]
    ours = [
        {**each, "line": {"color": BLUE, "width": 3}} for each in traces if each["name"] == best
    ]
    return others + ours
