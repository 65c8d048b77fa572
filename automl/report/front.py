"""The models of a study that no other beats in everything, as the cells of a table."""

from __future__ import annotations

from automl.core.costs import HEADINGS, amount
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, value

# More rows than these are no help to choose between them.
MOST_ROWS = 20


def front_title(study: StudyRecord) -> str:
    """``"3 models that no other beats in accuracy and latency at once"``."""
    *others, last = (study.metric, *study.minimize)
    models, objectives = count(len(study.front), "model"), f"{', '.join(others)} and {last}"
    return f"{models} that no other beats in {objectives} at once"


def front_headings(study: StudyRecord) -> tuple[str, ...]:
    """The trial, and each objective with its unit."""
    return ("trial", study.metric, *(HEADINGS[name] for name in study.minimize))


def front_rows(study: StudyRecord) -> list[tuple[str, ...]]:
    """A row for each of the models, the best metric first; of very many the first ones."""
    return [_row(study, each) for each in study.front[:MOST_ROWS]]


def front_rest(study: StudyRecord) -> str:
    """That there are more of them than rows; "" if there are not."""
    more = len(study.front) - MOST_ROWS
    return f"and {more} more, which `automl show {study.name} --json` has" if more > 0 else ""


def _row(study: StudyRecord, trial: TrialRecord) -> tuple[str, ...]:
    costs = (amount(name, trial.cost(name)) for name in study.minimize)
    return (str(trial.number), value(trial.value), *costs)
