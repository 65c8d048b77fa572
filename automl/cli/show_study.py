"""What ``automl show STUDY`` prints: the answer, what matters, the best trials, what to do next."""

from __future__ import annotations

from automl.cli.answer import answer, tally
from automl.cli.final_text import final_text
from automl.cli.show_front import front_text
from automl.cli.tables import table
from automl.cli.terminal import USUAL_WIDTH, terminal_width, wrap
from automl.cli.text import next_steps, where
from automl.core.final import Final
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, value
from automl.report.bars import draw_bars
from automl.tuning.importances import Importances

# Trials of the table, and parameters with a bar.
TOP = 10


def study_text(
    study: StudyRecord, final: Final | None, importances: Importances, results: str
) -> str:
    """A study for people."""
    found = [answer(study), final_text(final) if final else "", front_text(study)]
    found += [_importances(importances), _trials(study), _next(study, final, results)]
    return "\n\n".join(filter(None, found))


def _importances(found: Importances) -> str:
    title = wrap(f"Importances: {found.basis}")
    if not found.shares:
        return title
    shares = list(found.shares.items())
    lines = [title, draw_bars(dict(shares[:TOP]), terminal_width() or USUAL_WIDTH)]
    rest = shares[TOP:]
    if rest:
        lines.append(f"{count(len(rest), 'other')}: {sum(share for _, share in rest):.0%} in all")
    return "\n".join(lines)


def _trials(study: StudyRecord) -> str:
    """The best; where there are fewer than ten of them, the latest of the others below."""
    headings = ("trial", "status", study.metric, "epochs", "seconds", "parameters", "reason")
    best = study.ranked[:TOP]
    others = [each for each in study.trials if each not in study.ranked]
    latest = others[max(len(others) - (TOP - len(best)), 0) :]
    number = count(study.counted, "trial")
    lines = [
        wrap(f"{study.name}: {number}, ranked by {study.metric} ({tally(study)})"),
        table(headings, map(_row, [*best, *latest])),
    ]
    return "\n".join(lines)


def _row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.size:,}" if trial.size is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.value),
        f"{trial.epoch:g}",
        f"{trial.seconds:.1f}",
        size,
        trial.reason,
    )


def _next(study: StudyRecord, final: Final | None, results: str) -> str:
    name, flag = study.name, where(results)
    steps = [(f"show {name} --trial N{flag}", "one trial in full")]
    if study.count("running"):
        steps.append((f"watch {name}{flag}", "see it go on"))
    elif study.unfinished:
        steps.append((f"resume {name}{flag}", "go on where it stopped"))
    if study.count("complete") and (final is None or final.outdated):
        steps.append((f"finalize {name}{flag}", "refit the best, measure one on the test split"))
    if study.best is not None:
        steps.append((f"export {name} --format onnx{flag}", "take the best model away"))
    return next_steps(steps)
