"""Which trials are refitted, what their refits tell, and which of them is chosen.

Source of the intervals: Student, "The Probable Error of a Mean" (1908); for pairs, its section on
Cushny and Peebles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from automl.core.errors import StudyError
from automl.core.final import FINALISTS, SEEDS, Estimate, Finalist
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count
from automl.core.trial import Status, TrialResult
from automl.store import StudyFolder
from automl.tasks import metric_bounds

# Distance of the new seeds from the study's, from which its trials' seeds count up.
FIRST_NEW_SEED = 1_000_000
CONFIDENCE = 0.95
# Spread, as a share of the values, below which values count as equal.
ROUNDING = 1e-12


def pick_finalists(study: StudyRecord, folder: StudyFolder) -> tuple[TrialRecord, ...]:
    """The best complete trials, no two of the same configuration."""
    found: dict[str, TrialRecord] = {}
    for trial in study.ranked:
        if trial.status == "complete" and len(found) < FINALISTS:
            try:
                config = json.dumps(folder.trial(trial.number).config(), sort_keys=True)
            except StudyError:  # the results were copied without this trial's folder
                continue
            found.setdefault(config, trial)
    return tuple(found.values())


def new_seeds(seed: int) -> tuple[int, ...]:
    """Seeds that no trial of the study had, since a trial may be picked for its lucky seed."""
    return tuple(seed + FIRST_NEW_SEED + number for number in range(SEEDS))


@dataclass(frozen=True)
class RankingObjective:
    """The objective that ranks finalists.

    Args:
        metric: Name of the metric.
        maximize: Whether larger is better.
    """

    metric: str
    maximize: bool

    def rank(self, finalist: Finalist) -> tuple[float, int, int]:
        """A key that sorts the best mean first; of equals the smaller, then the earlier."""
        mean = fmean(finalist.values)
        return (-mean if self.maximize else mean, finalist.num_parameters, finalist.trial)


@dataclass(frozen=True)
class Ranking:
    """Finalists by their mean, and whether the first two differ by more than chance.

    Args:
        finalists: Finalists, best first; those that are out come last.
        told_apart: Whether the first two differ significantly; None if fewer than two are left.
        chosen: The first finalist, or the smaller of the first two if they do not differ
            significantly; None if all are out.
    """

    finalists: tuple[Finalist, ...]
    told_apart: bool | None
    chosen: Finalist | None


def judge_finalist(
    trial: TrialRecord, results: Sequence[TrialResult], objective: RankingObjective
) -> Finalist:
    """A trial with the scores of its refits; it is out if one of them failed.

    Args:
        trial: The trial.
        results: Results of its refits, in the order of the seeds.
        objective: Objective that ranks finalists.
    """
    size = trial.num_parameters or 0
    for result in results:
        if result.status is not Status.COMPLETE:
            return drop(Finalist(trial.number, size), result)
    values = tuple(float(each.objective) for each in results if each.objective is not None)
    least, most = metric_bounds(objective.metric)
    interval = mean_interval(values) or ()
    low, high = [min(max(each, least), most) for each in interval] or (None, None)
    seeds = count(len(values), "seed")
    basis = f"{seeds}, which agree" if low is None and len(values) > 1 else f"mean of {seeds}"
    score = Estimate(objective.metric, fmean(values), low, high, basis)
    return Finalist(trial.number, size, values, score)


def drop(finalist: Finalist, result: TrialResult) -> Finalist:
    """A finalist that is out because one of its trainings failed."""
    reason = f"{result.status.value}: {result.reason}"
    return Finalist(finalist.trial, finalist.num_parameters, reason=reason)


def rank_finalists(finalists: Sequence[Finalist], objective: RankingObjective) -> Ranking:
    """Sort finalists and choose one of them."""
    left = sorted((each for each in finalists if not each.reason), key=objective.rank)
    ordered = (*left, *(each for each in finalists if each.reason))
    if len(left) < 2:
        return Ranking(ordered, None, next(iter(left), None))
    first, second = left[:2]
    told_apart = differ_significantly(first.values, second.values)
    chosen = second if not told_apart and second.num_parameters < first.num_parameters else first
    return Ranking(ordered, told_apart, chosen)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95% t-interval of the mean of ``values``.

    None for fewer than two values, and for equal ones: with so few, that is chance.
    """
    from scipy.special import stdtrit

    count = len(values)
    if count < 2:
        return None
    mean, error = fmean(values), stdev(values) / sqrt(count)
    if error <= ROUNDING * max(map(abs, values)):
        return None
    reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * error
    return mean - reach, mean + reach


def differ_significantly(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether the 95% t-interval of the differences of pairs excludes 0.

    Equal differences are significant unless they are 0.

    Args:
        first: Values of one trial, one for each seed.
        second: Values of the other trial, for the same seeds in the same order.
    """
    differences = [one - other for one, other in zip(first, second, strict=True)]
    if (interval := mean_interval(differences)) is not None:
        return not interval[0] <= 0 <= interval[1]
    scale = max(map(abs, (*first, *second)))
    return len(differences) > 1 and abs(differences[0]) > ROUNDING * scale
