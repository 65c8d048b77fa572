"""A study as a small table: for a Python prompt as text, for a notebook as HTML."""

from __future__ import annotations

from html import escape

from automl.core.one_line import one_line
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, duration, value

SHOWN = 5
HEADINGS = ("trial", "status", "", "epochs", "time", "parameters")


def as_text(study: StudyRecord) -> str:
    """The study in a line, then its best trials in columns."""
    rows = [_headings(study), *map(_row, _shown(study))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join([_headline(study), *lines])


def as_html(study: StudyRecord) -> str:
    """The same as an HTML table with a caption."""
    head = "".join(f"<th>{escape(name)}</th>" for name in _headings(study))
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _row(trial))}</tr>"
        for trial in _shown(study)
    )
    caption = f"<caption>{escape(_headline(study))}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _headline(study: StudyRecord) -> str:
    best = study.best
    found = f"best {study.metric} {value(best.value)}" if best else "none complete yet"
    return one_line(f"{study.name}: {count(study.counted, 'trial')}, {found}")


def _shown(study: StudyRecord) -> tuple[TrialRecord, ...]:
    return study.ranked[:SHOWN]


def _headings(study: StudyRecord) -> tuple[str, ...]:
    return tuple(name or study.metric for name in HEADINGS)


def _row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.size:,}" if trial.size is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.value),
        f"{trial.epoch:g}",
        duration(trial.seconds),
        size,
    )
