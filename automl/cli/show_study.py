"""What ``automl show STUDY`` prints: the answer, what matters, the best trials, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from automl.cli.hints import next_steps, results_flag
from automl.cli.summary import best_trial_text, final_text, front_text, tally
from automl.cli.tables import table
from automl.cli.terminal import USUAL_WIDTH, terminal_width, wrap
from automl.core.final import FinalRecord
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, epoch, shell_word, value
from automl.report.summary import endings
from automl.report.text_charts import draw_bars

if TYPE_CHECKING:
    from automl.tuning.importances import Importances


# Rows of the table of trials, and parameters with a bar.
TOP = 10
# Statuses that are not in the table, for no worker had these trials.
_NEVER_RAN = ("infeasible", "duplicate")


def study_text(
    study: StudyRecord, final: FinalRecord | None, importances: Importances, results: str
) -> str:
    """A study for people."""
    found = [best_trial_text(study), final_text(final) if final else "", front_text(study)]
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
    """The best measured trials; if they are few, also the latest of the others."""
    headings = ("trial", "status", study.metric, "epochs", "seconds", "parameters", "reason")
    best, known = study.measured[:TOP], {each.number for each in study.measured}
    others = [each for each in study.trials if each.number not in known]
    ran = [each for each in others if each.status not in _NEVER_RAN]
    shown = [*best, *ran[max(len(ran) - (TOP - len(best)), 0) :]]
    number = count(study.counted, "trial")
    lines = [wrap(f"{study.name}: {number}, ranked by {study.metric} ({tally(study)})")]
    lines += [table(headings, map(_row, shown))] if shown else []
    return "\n".join([*lines, *map(wrap, _infeasible(study))])


def _infeasible(study: StudyRecord) -> Iterator[str]:
    """The number of infeasible draws for each reason, with an example."""
    for each in endings(study)[:TOP]:
        if each.status == "infeasible":
            drawn, alike = count(each.trials, "infeasible draw"), each.trials > 1
            yield f"{drawn}{', such as' if alike else ':'} trial {each.first}: {each.reason}"


def _row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.num_parameters:,}" if trial.num_parameters is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.objective),
        epoch(trial.epoch),
        f"{trial.seconds:,.1f}",
        size,
        trial.reason,
    )


def _next(study: StudyRecord, final: FinalRecord | None, results: str) -> str:
    name, flag = shell_word(study.name), results_flag(results)
    steps = [(f"show {name} --trial N{flag}", "one trial in full")]
    if study.count("running"):
        steps.append((f"watch {name}{flag}", "watch it continue"))
    elif study.unfinished:
        steps.append((f"resume {name}{flag}", "continue where it stopped"))
    if study.count("complete") and (final is None or final.outdated):
        steps.append((f"finalize {name}{flag}", "refit the best, measure one on the test split"))
    if study.best is not None:
        steps.append((f"export {name} --format onnx{flag}", "export the best model"))
    return next_steps(steps)
