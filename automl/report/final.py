"""The final model of a study in words and as rows of tables."""

from __future__ import annotations

from automl.core.final import Final, Finalist, opened
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
    return f"Then it was measured on the test split ({final.basis}), which was opened {times}."


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


def test_headings() -> list[str]:
    """Of ``test_rows``."""
    return ["metric", "value", "95% interval"]


def test_rows(final: Final) -> list[list[str]]:
    """A row for each metric on the test split."""
    return [[each.metric, value(each.value), _interval(each.low, each.high)] for each in final.test]


def _row(finalist: Finalist) -> list[str]:
    mean = finalist.mean
    values = [value(each) for each in finalist.values]
    interval = _interval(mean.low, mean.high)
    return [str(finalist.trial), *values, value(mean.value), interval, f"{finalist.size:,}"]


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{value(low)} to {value(high)}"
