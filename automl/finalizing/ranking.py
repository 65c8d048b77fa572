"""Ranks finalists by what their refits reached, and chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from automl.core.final import Estimate, Finalist
from automl.core.records import TrialRecord
from automl.core.trial import Status, TrialResult
from automl.finalizing.statistics import are_told_apart, mean_interval
from automl.tasks.bounds import clip


@dataclass(frozen=True)
class Objective:
    """What ranks trials.

    Args:
        metric: Its name.
        maximize: Whether larger is better.
    """

    metric: str
    maximize: bool

    def rank(self, finalist: Finalist) -> tuple[float, int, int]:
        """A key that sorts the best mean first; of equals the smaller, then the earlier."""
        mean = fmean(finalist.values)
        return (-mean if self.maximize else mean, finalist.size, finalist.trial)


@dataclass(frozen=True)
class Ranking:
    """Finalists by their mean, and whether the first two differ by more than chance.

    Args:
        finalists: The best first; those that are out last.
        told_apart: None where fewer than two are left.
        chosen: The first, or the smaller of the first two where they cannot be told apart; None
            where all are out.
    """

    finalists: tuple[Finalist, ...]
    told_apart: bool | None
    chosen: Finalist | None


def judge_finalist(
    trial: TrialRecord, results: Sequence[TrialResult], objective: Objective
) -> Finalist:
    """What the refits of a trial say of it; one that failed puts it out.

    Args:
        trial: The trial.
        results: Of its refits, in the order of the seeds.
        objective: What they are ranked by.
    """
    size = trial.size or 0
    for result in results:
        if result.status is not Status.COMPLETE:
            return drop(Finalist(trial.number, size), result)
    values = tuple(float(each.value) for each in results if each.value is not None)
    ends = mean_interval(values) or ()
    low, high = [clip(objective.metric, end) for end in ends] or (None, None)
    score = Estimate(objective.metric, fmean(values), low, high)
    return Finalist(trial.number, size, values, score)


def drop(finalist: Finalist, result: TrialResult) -> Finalist:
    """A finalist that is out, for the reason why one of its trainings failed."""
    return Finalist(finalist.trial, finalist.size, reason=f"{result.status.value}: {result.reason}")


def rank_finalists(finalists: Sequence[Finalist], objective: Objective) -> Ranking:
    """Sort finalists and choose one of them."""
    left = sorted((each for each in finalists if not each.reason), key=objective.rank)
    ordered = (*left, *(each for each in finalists if each.reason))
    if len(left) < 2:
        return Ranking(ordered, None, next(iter(left), None))
    first, second = left[:2]
    told_apart = are_told_apart(first.values, second.values)
    chosen = second if not told_apart and second.size < first.size else first
    return Ranking(ordered, told_apart, chosen)
