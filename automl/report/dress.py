"""Optuna's plots in the sizes and colours of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from automl.core.records import StudyRecord
from automl.report.ticks import thinned

# Each can be told from a white page and from a nearly black one.
GREY, BLUE, ORANGE, RED, GREEN = "#8a919c", "#3a7bd5", "#d9730d", "#d6453d", "#2f9e63"
_SCALE = [[0, GREY], [1, BLUE]]
_OF_STATES = {"COMPLETE": BLUE, "PRUNED": ORANGE, "FAIL": RED, "RUNNING": GREEN, "WAITING": GREY}
# What the page says itself, or decides by its own width and colours.
_OWN = ("title", "template", "width", "plot_bgcolor")
_WITH_LEGEND = ("history", "timeline")
# So far from the middle of three axes that the titles of all of them are seen.
_CAMERA = {"eye": {"x": 1.6, "y": 1.6, "z": 0.9}}

Trace = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """The room that a plot takes, in pixels; a narrower page scrolls it."""

    height: int
    width: int = 0


def size(kind: str, figure: Mapping[str, Any]) -> Size:
    """The room that a plot takes."""
    axes = sum(name.startswith("xaxis") for name in figure["layout"])
    if kind == "rank":
        side = round(axes**0.5)
        return Size(120 + 190 * side, 150 + 190 * side)
    if kind == "slice":
        return Size(340, 90 + 220 * axes)
    if kind == "parallel_coordinate":
        return Size(400, 105 * len(figure["layout"]["xaxis"]["tickvals"]))
    if kind == "front" and "scene" in figure["layout"]:
        return Size(520)
    if kind == "importances":
        return Size(80 + 24 * sum(len(trace["y"]) for trace in figure["data"]), 520)
    return Size(380)


def dress(kind: str, figure: Mapping[str, Any], study: StudyRecord) -> dict[str, Any]:
    """A plot without what the page says around it, and in colours that fit both its schemes.

    What is left open, fonts and grids, follows the page.
    """
    layout = {name: thinned(part) for name, part in figure["layout"].items() if name not in _OWN}
    layout["margin"] = {"l": 60, "r": 20, "t": 40 if kind in _WITH_LEGEND else 15, "b": 50}
    layout["legend"] = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    data = [_DRESS.get(kind, _as_it_is)(trace, study) for trace in figure["data"]]
    if kind == "parallel_coordinate":
        layout["annotations"] = [_in_ink(each) for each in layout["annotations"]]
    if "scene" in layout:
        layout["scene"] = {**layout["scene"], "camera": _CAMERA}
    if kind == "learning_curves":
        layout["yaxis"] = {"title": {"text": study.metric}}
        data.sort(key=lambda trace: _is_best(trace, study))  # drawn last, it is on top
    return {"data": data, "layout": layout}


def _as_it_is(trace: Trace, study: StudyRecord) -> Trace:
    return trace


def _in_order(trace: Trace, study: StudyRecord) -> Trace:
    """Points from grey to blue."""
    if "colorscale" not in trace["marker"]:
        return trace
    return {**trace, "marker": {**trace["marker"], "colorscale": _SCALE}}


def _by_value(trace: Trace, study: StudyRecord) -> Trace:
    """A line by its first point, where its value lies between the lowest (0) and the highest."""
    if trace["mode"] != "lines" or trace["y"][0] is None:
        return _in_order(trace, study) if "marker" in trace else trace
    good = trace["y"][0] if study.maximize else 1 - trace["y"][0]
    return {**trace, "line": {**trace["line"], "color": _mix(good)}}


def _outlined(trace: Trace, study: StudyRecord) -> Trace:
    """Points that are seen on any page, though the middle ranks are pale and the last ones dark.

    Each is in many pairs, and is told by its number and value: all it drew, each time, would be
    most of the file.
    """
    outlined = {**trace["marker"], "line": {"color": GREY, "width": 1}}
    told = (each.split("<br>") for each in trace.get("hovertext", ()))
    return {**trace, "marker": outlined, "hovertext": [f"{t[0]}<br>{t[-1]}" for t in told]}


def _on_front(trace: Trace, study: StudyRecord) -> Trace:
    """The front in blue, what it beats in grey; Optuna calls them best in what it shows of them."""
    on_front = "Best" in trace["hovertemplate"]
    return {**trace, "marker": {"color": BLUE if on_front else GREY, "size": 9 if on_front else 6}}


def _by_state(trace: Trace, study: StudyRecord) -> Trace:
    return {**trace, "marker": {"color": _OF_STATES.get(trace["name"], GREY)}}


def _faded(trace: Trace, study: StudyRecord) -> Trace:
    """The best trial's curve in blue, the others behind it."""
    if _is_best(trace, study):
        return {**trace, "line": {"color": BLUE, "width": 3}}
    return {**trace, "line": {"color": GREY, "width": 1}, "opacity": 0.4}


_DRESS: dict[str, Callable[[Trace, StudyRecord], Trace]] = {
    "front": _on_front,
    "slice": _in_order,
    "parallel_coordinate": _by_value,
    "rank": _outlined,
    "timeline": _by_state,
    "learning_curves": _faded,
}


def _is_best(trace: Trace, study: StudyRecord) -> bool:
    return study.best is not None and trace["name"] == f"Trial{study.best.number}"


def _in_ink(annotation: dict[str, Any]) -> dict[str, Any]:
    font = {name: part for name, part in annotation.get("font", {}).items() if name != "color"}
    return {**annotation, "font": font}


def _mix(share: float) -> str:
    """A colour of the scale."""
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (GREY, BLUE)]
    parts = (round(low + (high - low) * share) for low, high in zip(*ends, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)
