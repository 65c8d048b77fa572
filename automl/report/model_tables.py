"""The rows of the tables of models: the final model's refits and tests, and the front."""

from __future__ import annotations

from automl.core.final import EnsembleRecord, Estimate, Finalist, FinalRecord, opened
from automl.core.objectives import HEADINGS, amount
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, shell_word, value

# Rows of the table of the front; more are no help in choosing.
MOST_ROWS = 20


def refitted(final: FinalRecord) -> str:
    """The caption of the table of finalists."""
    return (
        f"The best trials, trained again with seeds that none of them had. "
        f"{final.made().capitalize()}: {final.why()}."
    )


def tested_on(final: FinalRecord) -> str:
    """The caption of the table of test metrics."""
    times = opened(final.test_opened)
    told = f"Then it was measured on the test split ({final.basis}), which was opened {times}."
    return f"{told} {_averaged(final.ensemble)}" if final.ensemble else told


def finalist_headings(final: FinalRecord) -> list[str]:
    """The headings of ``finalist_rows``."""
    return [
        "trial",
        *(f"seed {each}" for each in final.seeds),
        "mean",
        "95% interval",
        "parameters",
    ]


def finalist_rows(final: FinalRecord) -> list[list[str]]:
    """A row for each finalist that is not out, the best mean first."""
    seeds = len(final.seeds)
    return [_finalist_row(each, seeds) for each in final.finalists if not each.reason]


def finalists_out(final: FinalRecord) -> list[str]:
    """A sentence on the finalists that are out, for each reason."""
    return list(final.left_out())


def test_headings(final: FinalRecord) -> list[str]:
    """The headings of ``test_rows``."""
    beside = ["ensemble", "95% interval"] if final.ensemble else []
    return ["metric", "value", "95% interval", *beside]


def test_rows(final: FinalRecord) -> list[list[str]]:
    """A row for each metric on the test split, of the final model and of the ensemble."""
    together = final.ensemble.test if final.ensemble else ()
    beside = {each.metric: _cells(each) for each in together}
    return [[each.metric, *_cells(each), *beside.get(each.metric, ())] for each in final.test]


def _averaged(ensemble: EnsembleRecord) -> str:
    return (
        f"The ensemble is {ensemble.made()}; its score on validation, by which it was chosen, is "
        f"{ensemble.validation}."
    )


def _cells(found: Estimate) -> list[str]:
    return [value(found.value), _interval(found.low, found.high)]


def _finalist_row(finalist: Finalist, seeds: int) -> list[str]:
    mean = finalist.mean
    values = [value(each) for each in finalist.values]
    values += ["-"] * (seeds - len(values))
    interval = _interval(mean.low, mean.high)
    return [
        str(finalist.trial),
        *values,
        value(mean.value),
        interval,
        f"{finalist.num_parameters:,}",
    ]


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{value(low)} to {value(high)}"


def front_title(study: StudyRecord) -> str:
    """``"3 models that no other beats in accuracy and latency at once"``."""
    *others, last = (study.metric, *study.minimize)
    models, objectives = count(len(study.front), "model"), f"{', '.join(others)} and {last}"
    return f"{models} that no other beats in {objectives} at once"


def front_headings(study: StudyRecord) -> tuple[str, ...]:
    """The trial, and each objective with its unit."""
    return ("trial", study.metric, *(HEADINGS[name] for name in study.minimize))


def front_rows(study: StudyRecord) -> list[tuple[str, ...]]:
    """A row for each model on the front, best metric first, up to ``MOST_ROWS``."""
    return [_front_row(study, each) for each in study.front[:MOST_ROWS]]


def front_rest(study: StudyRecord) -> str:
    """A line on models beyond the rows; empty if there are none."""
    more = len(study.front) - MOST_ROWS
    return (
        f"and {more} more, which `automl show {shell_word(study.name)} --json` has"
        if more > 0
        else ""
    )


def _front_row(study: StudyRecord, trial: TrialRecord) -> tuple[str, ...]:
    costs = (amount(name, trial.cost(name)) for name in study.minimize)
    return (str(trial.number), value(trial.objective), *costs)
