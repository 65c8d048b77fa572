"""The best model in Markdown: its network, how it learned and what it gets wrong."""

from __future__ import annotations

from automl.core.inspection import Inspection
from automl.core.records import StudyRecord, TrialRecord
from automl.core.review import Confusion, Lines, Mistake, Review, Row, Scatter, Words
from automl.core.text import count, plain
from automl.report.content import Model
from automl.report.curve import draw_curve
from automl.report.markup import code, fenced, folded, table

WIDTH = 72
# So much of an example is quoted.
MOST_LETTERS, MOST_CELLS = 200, 4


def network_section(model: Model, best: TrialRecord) -> str:
    """The layers of the network, and what was drawn for it."""
    drawn = ((code(name), code(plain(each))) for name, each in best.parameters.items())
    parameters = folded("What was drawn for it", table(("parameter", "value"), drawn))
    layers = _layers(model.network) if model.network else "Its layers were not noted."
    return f"## The best network\n\n{layers}\n\n{parameters}"


def _layers(network: Inspection) -> str:
    rows = [(name, " × ".join(map(str, shape)), f"{size:,}") for name, shape, size in network.rows]
    wide = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    lines = [f"{a:<{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows]
    total = f"{count(network.size, 'parameter')}, {count(network.flops, 'FLOP')} an example."
    arrows = "\n".join(f"{'↓ ' if at else '  '}{line}" for at, line in enumerate(lines))
    return f"{total} Each layer with its output and its parameters:\n\n{fenced(arrows)}"


def curve_section(model: Model, study: StudyRecord) -> str:
    """The objective over the epochs; empty where nothing was measured."""
    name = study.metric
    points = [(each.epoch, each.metrics[name]) for each in model.curve if name in each.metrics]
    drawn = draw_curve(f"{name} on validation", points, WIDTH)
    return f"## Learning\n\n{fenced(drawn)}" if drawn else ""


def review_section(review: Review | None) -> str:
    """All errors in a table, and the worst answers."""
    if review is None:
        return "## What it gets wrong\n\nNobody has looked yet."
    told = f"The best model on {count(review.examples, 'validation example')}."
    errors = _confusion(review.errors) if isinstance(review.errors, Confusion) else ""
    if isinstance(review.errors, Scatter):
        told += f" {_off(review.errors)}"
    parts = ["## What it gets wrong", told, errors, _mistakes(review.mistakes)]
    return "\n\n".join(filter(None, parts))


def _confusion(errors: Confusion) -> str:
    labels = [code(label) for label in errors.labels]
    rows = [
        (f"**{label}**", *map(str, row)) for label, row in zip(labels, errors.counts, strict=True)
    ]
    return table(("truth ↓ answer →", *labels), rows)


def _off(errors: Scatter) -> str:
    pairs = zip(errors.truths, errors.answers, strict=True)
    off = sorted(abs(answer - truth) for truth, answer in pairs)
    if not off:
        return ""
    middle = off[len(off) // 2]
    return f"Half of its answers for {code(errors.name)} are off by {middle:.4g} or less."


def _mistakes(mistakes: tuple[Mistake, ...]) -> str:
    if not mistakes:
        return "Every answer is right."
    rows = [(code(e.truth), code(e.answer), code(e.degree), _example(e)) for e in mistakes]
    return table(("truth", "answer", "how wrong", "example"), rows)


def _example(mistake: Mistake) -> str:
    example = mistake.example
    if isinstance(example, Words):
        return code(_short(example.text))
    if isinstance(example, Row):
        cells = list(example.cells.items())[:MOST_CELLS]
        more = " …" if len(example.cells) > MOST_CELLS else ""
        return code(_short(", ".join(f"{name} = {cell}" for name, cell in cells))) + more
    return "a series" if isinstance(example, Lines) else "a picture"


def _short(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"
