"""The plot of parallel coordinates, turned so that a telephone has room for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.core.records import StudyRecord
from automl.core.text import number, plotly_text, shortened
from automl.report import Report
from automl.report.plot_style import GREY, Figure, Panel, Trace, shades_of

# Longest name that fits on a row.
LONGEST = 28
# Width of a letter of a tick, as a share of a telephone's screen.
LETTER = 0.022


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
        "text": f"<b>{plotly_text(shortened(name, LONGEST))}</b>",
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
        "text": plotly_text(shortened(told, LONGEST // 2)),
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
