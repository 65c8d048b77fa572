"""The report as Markdown, for a repository or a pull request: no picture, and no plot."""

from __future__ import annotations

from collections.abc import Iterator

from automl.core.delivered import DeliveredModel
from automl.core.error_analysis import (
    Confusion,
    Mistake,
    RowExample,
    Scatter,
    SeriesExample,
    TextExample,
)
from automl.core.final import FinalRecord
from automl.core.markdown import code, fenced, folded, table, text
from automl.core.records import NetworkProfile, StudyRecord
from automl.core.text import epoch, number, plain, value
from automl.report import ModelDetails, Plots, Provenance, Report
from automl.report.charts import draw_bars, draw_curve
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

WIDTH = 72
# Longer tables are folded.
MOST_ROWS = 10
# A comment on a pull request may have 65,536 letters; the HTML report has all rows.
MOST_PRUNED = 100
NOT_NOTED = "not recorded by the version that began this study"
# Letters and cells of an example that are quoted.
MOST_LETTERS, MOST_CELLS = 200, 4


def render_markdown(report: Report) -> str:
    """The report as Markdown; everything that comes from users is escaped."""
    study, delivered = report.study, report.delivered
    sections = [
        _answer(report),
        _final(report.final),
        _front(study),
        _importances(report.plots),
        _pruning(report),
    ]
    sections.append(_endings(study))
    if delivered is not None:
        sections.append(_network_section(report.model, delivered))
        sections.append(_curve_section(report.model, study))
        sections.append(_review_section(report.model, delivered))
    sections += [_repeat(report.origin), _machine(report.origin)]
    return "\n\n".join(filter(None, sections)) + "\n"


def _answer(report: Report) -> str:
    study, delivered = report.study, report.delivered
    score = delivered.score if delivered else None
    title = f"{text(score.metric)} {value(score.value)}" if score else "No model yet"
    told = facts(report)
    rows = [(name, code(each) if name == "Data" else text(each)) for name, each in told.items()]
    return "\n\n".join(
        [
            f"# {code(study.name)}: {title}",
            f"**{text(verdict(study, delivered))}**",
            table(("", ""), rows),
            *(f"> {text(each)}" for each in cautions(report)),
        ]
    )


def _final(final: FinalRecord | None) -> str:
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
        return f"## What matters\n\nThe importances are not known yet. {text(plots.basis)}."
    bars = draw_bars(plots.shares, WIDTH)
    based = (
        "How strongly each parameter separates the best trials from the others. "
        f"{text(plots.basis)}."
    )
    return f"## What matters\n\n{based}\n\n{fenced(bars)}"


def _pruning(report: Report) -> str:
    study, pruned = report.study, report.study.having("pruned")
    told = f"## Pruning\n\n{text(saved(study, report.epochs))}."
    if not pruned:
        return told
    rows = table(
        ("trial", "epochs", text(study.metric), "reason"),
        [
            (str(each.number), epoch(each.epoch), value(each.objective), code(each.reason))
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


def _repeat(origin: Provenance) -> str:
    lines = [f"# {what}\n{command}" for what, command in commands(origin.settings).items()]
    space = folded("The search space as it was run", fenced(origin.space, "yaml"))
    return f"## How to repeat it\n\n{fenced(chr(10).join(lines), 'sh')}\n\n{space}"


def _machine(origin: Provenance) -> str:
    return f"## What it ran on\n\n{table(('', ''), _machine_rows(origin))}"


def _machine_rows(origin: Provenance) -> Iterator[tuple[str, str]]:
    yield "data", code(origin.data) or NOT_NOTED
    yield "SHA-256", code(origin.sha256) or NOT_NOTED
    yield "hardware", code(origin.hardware) or NOT_NOTED
    for name, version in origin.versions.items():
        yield code(name), code(version)


def _network_section(model: ModelDetails, delivered: DeliveredModel) -> str:
    """The layers of the network and its parameters."""
    drawn = ((code(name), code(plain(each))) for name, each in delivered.trial.parameters.items())
    parameters = folded("Its parameters", table(("parameter", "value"), drawn))
    layers = "Its layers were not recorded."
    if model.network:
        layers = _layers(network_said(delivered, model.network), model.network)
    return f"## The network of the {delivered.kind}\n\n{layers}\n\n{parameters}"


def _layers(said: str, network: NetworkProfile) -> str:
    rows = [(name, " × ".join(map(str, shape)), f"{size:,}") for name, shape, size in network.rows]
    wide = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    lines = [f"{a:<{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows]
    arrows = "\n".join(f"{'↓ ' if at else '  '}{line}" for at, line in enumerate(lines))
    return f"{said} Each layer with its output and its parameters:\n\n{fenced(arrows)}"


def _curve_section(model: ModelDetails, study: StudyRecord) -> str:
    """The objective over the epochs of each training; empty if nothing was measured."""
    name, drawn = study.metric, []
    for training, curve in model.curves.items():
        points = [(each.epoch, each.metrics[name]) for each in curve if name in each.metrics]
        drawn.append(draw_curve(f"{name} on validation, {training}", points, WIDTH))
    charts = "\n\n".join(filter(None, drawn))
    return f"## Learning\n\n{fenced(charts)}" if charts else ""


def _review_section(model: ModelDetails, delivered: DeliveredModel) -> str:
    """All errors in a table, and the worst answers."""
    review = model.review
    if review is None:
        return f"## What it gets wrong\n\n{not_reviewed(delivered)}"
    told = text(reviewed(model))
    errors = _confusion(review.errors) if isinstance(review.errors, Confusion) else ""
    if isinstance(review.errors, Scatter):
        told += f" {_off(review.errors)}"
    sections = ["## What it gets wrong", told, errors, _mistakes(review.mistakes)]
    return "\n\n".join(filter(None, sections))


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
    return f"Half of its answers for {code(errors.name)} are off by {number(middle, 4)} or less."


def _mistakes(mistakes: tuple[Mistake, ...]) -> str:
    if not mistakes:
        return "Every answer is right."
    rows = [(code(e.truth), code(e.answer), code(e.degree), _example(e)) for e in mistakes]
    return table(("truth", "answer", "how wrong", "example"), rows)


def _example(mistake: Mistake) -> str:
    example = mistake.example
    if isinstance(example, TextExample):
        return code(_short(example.text))
    if isinstance(example, RowExample):
        cells = list(example.cells.items())[:MOST_CELLS]
        more = " …" if len(example.cells) > MOST_CELLS else ""
        return code(_short(", ".join(f"{name} = {cell}" for name, cell in cells))) + more
    return "a series" if isinstance(example, SeriesExample) else "a picture"


def _short(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"
