"""The final model of a study in words and as rows of tables."""

from __future__ import annotations

from automl.core.final import Ensemble, Estimate, Final, Finalist, opened
from automl.core.text import value


def refitted(final: Final) -> str:
    """What the table of finalists shows."""
    return (
        f"The best trials, trained anew with seeds that none of them had. "
        f"{final.made().capitalize()}: {final.why()}."
    )


def tested_on(final: Final) -> str:
    """What the table of the test split shows."""
    times = opened(final.test_opened)
    told = f"Then it was measured on the test split ({final.basis}), which was opened {times}."
    return f"{told} {_averaged(final.ensemble)}" if final.ensemble else told


def finalist_headings(final: Final) -> list[str]:
    """Of ``finalist_rows``."""
    return [
        "trial",
        *(f"seed {each}" for each in final.seeds),
        "mean",
        "95% interval",
        "parameters",
    ]


def finalist_rows(final: Final) -> list[list[str]]:
    """A row for each finalist that is not out, the best mean first."""
    return [_row(each) for each in final.finalists if not each.reason]


def finalists_out(final: Final) -> list[str]:
    """A sentence on each finalist that is out."""
    return [f"Trial {each.trial} is out: {each.reason}" for each in final.finalists if each.reason]


def test_headings(final: Final) -> list[str]:
    """Of ``test_rows``."""
    beside = ["ensemble", "95% interval"] if final.ensemble else []
    return ["metric", "value", "95% interval", *beside]


def test_rows(final: Final) -> list[list[str]]:
    """A row for each metric on the test split: the final model's, and the ensemble's beside it."""
    together = final.ensemble.test if final.ensemble else ()
    beside = {each.metric: _cells(each) for each in together}
    return [[each.metric, *_cells(each), *beside.get(each.metric, ())] for each in final.test]


def _averaged(ensemble: Ensemble) -> str:
    return (
        f"The ensemble is {ensemble.made()}; its score on validation, by which it was chosen, is "
        f"{ensemble.validation}."
    )


def _cells(found: Estimate) -> list[str]:
    return [value(found.value), _interval(found.low, found.high)]


def _row(finalist: Finalist) -> list[str]:
    mean = finalist.mean
    values = [value(each) for each in finalist.values]
    interval = _interval(mean.low, mean.high)
    return [str(finalist.trial), *values, value(mean.value), interval, f"{finalist.size:,}"]


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{value(low)} to {value(high)}"
