"""The report as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from automl.core.text import count, plain, value
from automl.report.answer import cautions, facts, verdict
from automl.report.captions import CAPTIONS, sample_note
from automl.report.chart import curve_charts, scatter_chart, series_chart
from automl.report.content import Report
from automl.report.dress import dress, size
from automl.report.final import (
    finalist_headings,
    finalist_rows,
    finalists_out,
    refitted,
    test_headings,
    test_rows,
    tested_on,
)
from automl.report.front import front_headings, front_rest, front_rows, front_title
from automl.report.pruning import endings, saved
from automl.report.repeat import commands

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(report: Report) -> str:
    """The report.

    Everything in it that a stranger wrote is escaped, and a policy in the page forbids every
    script but its own two and every request.
    """
    from plotly.offline import get_plotlyjs

    script, plotly = _own("script.js"), get_plotlyjs()
    drawn = {kind: each for kind, each in report.plots.figures.items() if each["data"]}
    dressed = {kind: dress(kind, each, report.study) for kind, each in drawn.items()}
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            study=report.study,
            best=report.study.best,
            model=report.model,
            origin=report.origin,
            captions=CAPTIONS,
            sizes={kind: size(kind, each) for kind, each in drawn.items()},
            curves=curve_charts(report.model.curve, report.study.metric),
            style=_own("style.css"),
            script=script,
            digests=[_digest(script), _digest(plotly)] if drawn else [],
            plotly=_packed(plotly) if drawn else "",
            figures=_packed(json.dumps(dressed)) if drawn else "",
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("automl.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (verdict, facts, cautions, saved, endings, sample_note, commands)
    finals = (refitted, tested_on, finalist_headings, finalist_rows, finalists_out)
    tests = (test_headings, test_rows)
    fronts = (front_title, front_headings, front_rows, front_rest)
    made.globals.update({each.__name__: each for each in (*words, *finals, *tests, *fronts)})
    made.globals.update(series_chart=series_chart, scatter_chart=scatter_chart, shades=shades)
    made.filters.update(value=value, plain=plain, count=count, kind=_kind)
    made.tests["base64"] = re.compile(r"[A-Za-z0-9+/]+={0,2}").fullmatch
    return made


def shades(counts: tuple[tuple[int, ...], ...]) -> list[list[float]]:
    """The share of its row that each cell has, for its colour."""
    return [[round(each / (sum(row) or 1), 3) for each in row] for row in counts]


def _kind(value: object) -> str:
    """What sort of thing something is: ``"Confusion"``, ``"Picture"``."""
    return type(value).__name__


def _own(name: str) -> str:
    return (files("automl.report") / "page" / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """By which the page's policy knows a script."""
    return b64encode(sha256(script.encode()).digest()).decode()


def _packed(text: str) -> str:
    """A text compressed, for the page's own script to unpack."""
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()
