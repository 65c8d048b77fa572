"""The report as Markdown, for a repository or a pull request: no picture, and no plot."""

from __future__ import annotations

from collections.abc import Iterator

from automl.core.final import Final
from automl.core.records import StudyRecord
from automl.core.text import value
from automl.report.answer import cautions, facts, verdict
from automl.report.bars import draw_bars
from automl.report.content import Origin, Plots, Report
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
from automl.report.markdown_model import curve_section, network_section, review_section
from automl.report.markup import code, fenced, folded, table, text
from automl.report.pruning import endings, saved
from automl.report.repeat import commands

WIDTH = 72
# Longer tables are folded.
MOST_ROWS = 10
# A comment on a pull request may have 65,536 letters; the HTML report has all rows.
MOST_PRUNED = 100
NOT_NOTED = "not noted by the version that began this study"


def render_markdown(report: Report) -> str:
    """The report; everything in it that a stranger wrote is escaped."""
    study, best = report.study, report.study.best
    sections = [
        _answer(report),
        _final(report.final),
        _front(study),
        _importances(report.plots),
        _pruning(report),
    ]
    sections.append(_endings(study))
    if best is not None:
        sections += [network_section(report.model, best), curve_section(report.model, study)]
        sections.append(review_section(report.model.review))
    sections += [_repeat(report.origin), _machine(report.origin)]
    return "\n\n".join(filter(None, sections)) + "\n"


def _answer(report: Report) -> str:
    study, best = report.study, report.study.best
    title = f"{text(study.metric)} {value(best.value)}" if best else "No model yet"
    told = facts(report)
    rows = [(name, code(each) if name == "Data" else text(each)) for name, each in told.items()]
    return "\n\n".join(
        [
            f"# {code(study.name)}: {title}",
            f"**{text(verdict(study))}**",
            table(("", ""), rows),
            *(f"> {text(each)}" for each in cautions(report)),
        ]
    )


def _final(final: Final | None) -> str:
    if final is None:
        return ""
    refits = table([text(each) for each in finalist_headings(final)], finalist_rows(final))
    out = "\n".join(f"- {text(each)}" for each in finalists_out(final))
    tested = table(test_headings(final), [[text(cell) for cell in row] for row in test_rows(final)])
    told = [f"## The final model\n\n{text(refitted(final))}", refits, out, text(tested_on(final))]
    return "\n\n".join(filter(None, [*told, tested]))


def _front(study: StudyRecord) -> str:
    rows = front_rows(study) if study.minimize else []
    if not rows:
        return ""
    headings = [text(each) for each in front_headings(study)]
    told = f"## Front\n\n{text(front_title(study))}:\n\n{table(headings, rows)}"
    return "\n\n".join(filter(None, [told, text(front_rest(study))]))


def _importances(plots: Plots) -> str:
    if not plots.shares:
        return f"## What matters\n\nIt cannot be told yet. {text(plots.basis)}."
    bars = draw_bars(plots.shares, WIDTH)
    based = f"Each parameter's share of what sets the best trials apart. {text(plots.basis)}."
    return f"## What matters\n\n{based}\n\n{fenced(bars)}"


def _pruning(report: Report) -> str:
    study, pruned = report.study, report.study.having("pruned")
    told = f"## Pruning\n\n{text(saved(study, report.epochs))}."
    if not pruned:
        return told
    rows = table(
        ("trial", "epochs", text(study.metric), "reason"),
        [
            (str(each.number), f"{each.epoch:g}", value(each.value), code(each.reason))
            for each in pruned[:MOST_PRUNED]
        ],
    )
    if len(pruned) <= MOST_ROWS:
        return f"{told}\n\n{rows}"
    first = f"The first {MOST_PRUNED} of them" if len(pruned) > MOST_PRUNED else "All of them"
    return f"{told}\n\n{folded(f'{first}, with their reasons', rows)}"


def _endings(study: StudyRecord) -> str:
    rows = [
        (each.status, f"{each.trials:,}", str(each.first), code(each.reason))
        for each in endings(study)
    ]
    headings = ("how they ended", "trials", "first", "reason of the first")
    return f"## Trials without a model\n\n{table(headings, rows)}" if rows else ""


def _repeat(origin: Origin) -> str:
    lines = [f"# {what}\n{command}" for what, command in commands(origin.settings).items()]
    space = folded("The search space as it was run", fenced(origin.space, "yaml"))
    return f"## How to repeat it\n\n{fenced(chr(10).join(lines), 'sh')}\n\n{space}"


def _machine(origin: Origin) -> str:
    return f"## What it ran on\n\n{table(('', ''), _machine_rows(origin))}"


def _machine_rows(origin: Origin) -> Iterator[tuple[str, str]]:
    yield "data", code(origin.data) or NOT_NOTED
    yield "SHA-256", code(origin.sha256) or NOT_NOTED
    yield "hardware", code(origin.hardware) or NOT_NOTED
    for name, version in origin.versions.items():
        yield code(name), code(version)
