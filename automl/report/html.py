"""The report as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from automl.core.text import count, epoch, lines, plain, shortened, value
from automl.report import Report
from automl.report.charts import curve_charts, percent, scatter_chart, series_charts, shown_first
from automl.report.model_text import (
    finalist_headings,
    finalist_rows,
    finalists_out,
    network_said,
    not_reviewed,
    refitted,
    reviewed,
    test_headings,
    test_rows,
    tested_on,
    verdict,
)
from automl.report.panels import make_panels
from automl.report.summary import (
    cautions,
    commands,
    endings,
    facts,
    front_headings,
    front_rest,
    front_rows,
    front_title,
    saved,
)

if TYPE_CHECKING:
    from jinja2 import Environment

# Letters of a long text before it is folded, and of the name of a class.
MOST_LETTERS, LONGEST_LABEL = 600, 40
_TOO_FEW = "There are not two complete trials yet that could be compared."


def render_html(report: Report) -> str:
    """The report as a page.

    Everything that comes from users is escaped, and a policy in the page forbids every request and
    every script but its own two.
    """
    from plotly.offline import get_plotlyjs

    script, plotly = _own("script.js"), get_plotlyjs()
    panels = make_panels(report)
    drawn = {each.name: [each.data, each.layout] for of in panels.values() for each in of}
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            study=report.study,
            delivered=report.delivered,
            model=report.model,
            origin=report.origin,
            captions=CAPTIONS,
            panels=panels,
            curves=curve_charts(report.model.curves, report.study.metric),
            style=_own("style.css"),
            script=script,
            digests=[_digest(script), _digest(plotly)] if drawn else [],
            plotly=_packed(plotly) if drawn else "",
            figures=_packed(json.dumps(drawn)) if drawn else "",
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("automl.report", "page"),
        autoescape=True,
        finalize=_escape_invisible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (verdict, facts, cautions, saved, endings, sample_note, commands)
    models = (network_said, reviewed, not_reviewed)
    finals = (refitted, tested_on, finalist_headings, finalist_rows, finalists_out)
    tests = (test_headings, test_rows)
    fronts = (front_title, front_headings, front_rows, front_rest)
    made.globals.update(
        {each.__name__: each for each in (*words, *models, *finals, *tests, *fronts)}
    )
    made.globals.update(series_charts=series_charts, scatter_chart=scatter_chart, shades=shades)
    made.globals.update(shown_first=shown_first, folds=folds, percent=percent)
    made.filters.update(short=_short, sentence=_sentence)
    made.filters.update(value=value, plain=plain, epoch=epoch, count=count, kind=_kind)
    made.tests["base64"] = re.compile(r"[A-Za-z0-9+/]+={0,2}").fullmatch
    return made


def _escape_invisible(value: object) -> object:
    """Text with invisible characters spelled out; HTML stays as it is."""
    return lines(value) if type(value) is str else value


def shades(counts: tuple[tuple[int, ...], ...]) -> list[list[float]]:
    """The share of its row that each cell has, for its colour."""
    return [[round(each / (sum(row) or 1), 3) for each in row] for row in counts]


def folds(text: str) -> tuple[str, str]:
    """The beginning of a long text, up to a space, and the rest of it."""
    if len(text) <= MOST_LETTERS:
        return text, ""
    end = text.rfind(" ", 0, MOST_LETTERS) + 1 or MOST_LETTERS
    return text[:end], text[end:]


def _short(label: str) -> str:
    return shortened(label, LONGEST_LABEL)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _kind(value: object) -> str:
    """The class name of a value: ``"Confusion"``, ``"ImageExample"``."""
    return type(value).__name__


def _own(name: str) -> str:
    return (files("automl.report") / "page" / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """The hash by which the page's policy allows a script."""
    return b64encode(sha256(script.encode()).digest()).decode()


def _packed(text: str) -> str:
    """A text compressed, for the page's own script to unpack."""
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@dataclass(frozen=True)
class Caption:
    """The text beside a plot.

    Args:
        title: Heading.
        text: How to read the plot.
        empty: Text for a plot without data.
    """

    title: str
    text: str
    empty: str


CAPTIONS = {
    "front": Caption(
        "Front",
        "A point for each complete trial; no other beats a blue one in all objectives at once.",
        "No trial is complete yet.",
    ),
    "history": Caption(
        "History",
        "A point for each trial that was measured; the blue line is the best so far.",
        "No trial is complete yet.",
    ),
    "importances": Caption(
        "What matters",
        "How much each parameter sets the best trials apart from the others.",
        "The importances of the parameters are not known yet.",
    ),
    "slice": Caption(
        "Slices",
        "A point for each complete trial, over each of the most important parameters. Better "
        "trials are bluer.",
        _TOO_FEW,
    ),
    "parallel_coordinate": Caption(
        "Parallel coordinates",
        "A line for each complete trial, from its value down through its parameters. Better trials "
        "are bluer.",
        _TOO_FEW,
    ),
    "rank": Caption(
        "In pairs",
        "The parameters that matter most in pairs, a point for each complete trial; the better, "
        "the bluer.",
        "No two parameters were drawn together by two complete trials yet.",
    ),
    "timeline": Caption(
        "Timeline",
        "When each trial ran, and how it ended.",
        "No trial has begun yet.",
    ),
    "learning_curves": Caption(
        "Learning curves",
        "What each trial reported on validation, step by step. Blue is the trial whose network and "
        "settings the model above has.",
        "No trial has reported anything yet.",
    ),
}


def sample_note(report: Report) -> str:
    """Which trials the plots show; empty if they show all."""
    shown, trials = report.plots.shown, len(report.study.trials)
    if shown >= trials:
        return ""
    return (
        f"All plots but the history show {shown:,} of the {count(trials, 'trial')}: the best, and "
        "an even sample of the others."
    )
