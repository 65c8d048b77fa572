"""Which trials are refitted and how often, what that tells, and which of them is chosen.

Source of the rule for a tie, one standard error: Breiman, Friedman, Olshen and Stone,
"Classification and Regression Trees" (1984), section 3.4.3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from automl.core.errors import StudyError
from automl.core.final import CONTENDERS, FINALISTS, MOST_REFITS, SEEDS, Estimate, Finalist
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Status, TrialResult
from automl.store import StudyFolder

# Distance of the new seeds from the study's, from which its trials' seeds count up.
FIRST_NEW_SEED = 1_000_000
# Share of the whole time that the refits may take.
SHARE_OF_TIME = 0.25
# Seconds on workers that they may take in any case.
LEAST_SECONDS = 60.0
NOT_AFFORDED = "not refitted, since the final model takes at most a quarter of the time"


def pick_finalists(study: StudyRecord, folder: StudyFolder) -> tuple[TrialRecord, ...]:
    """The best trials, the best complete one among them, no two of the same configuration.

    A trial that was pruned or paused is one of them if it had measured more than all complete ones.
    Its refits have its whole length.
    """
    found: dict[str, TrialRecord] = {}
    for trial in study.contenders:
        try:
            config = json.dumps(folder.trial(trial.number).config(), sort_keys=True)
        except StudyError:  # the results were copied without this trial's folder
            continue
        found.setdefault(config, trial)
    distinct = tuple(found.values())
    best = next((each for each in distinct if each.status == "complete"), None)
    if best is None or best in distinct[:FINALISTS]:
        return distinct[:FINALISTS]
    return (*distinct[: FINALISTS - 1], best)


def pick_in_time(study: StudyRecord, folder: StudyFolder) -> tuple[TrialRecord, ...]:
    """The finalists, or if no trial was complete in time, the best of those that paused."""
    paused = (each for each in study.ranked if each.status == "paused")
    return pick_finalists(study, folder) or tuple(paused)[:1]


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
        mean = finalist.mean.value
        return (-mean if self.maximize else mean, finalist.num_parameters, finalist.trial)


@dataclass(frozen=True)
class MeanScore:
    """The mean objective of the refits of a finalist on the validation split.

    Args:
        estimate: The mean with its interval.
        error: Standard error of the mean over the validation examples, or None if unknown.
    """

    estimate: Estimate
    error: float | None


@dataclass(frozen=True)
class Ranking:
    """Finalists by their mean, and whether the first two are in a practical tie.

    Args:
        finalists: Finalists, best first; those that are out come last.
        told_apart: Whether the first two are not in a practical tie; None if fewer than two are
            left.
        chosen: The first finalist, or the smallest of those in a practical tie with it; None if all
            are out.
    """

    finalists: tuple[Finalist, ...]
    told_apart: bool | None
    chosen: Finalist | None


def judge_finalist(
    trial: TrialRecord, results: Sequence[TrialResult], measure: Callable[[], MeanScore]
) -> Finalist:
    """A trial with the scores of its refits; it is out if one of them failed.

    Args:
        trial: The trial.
        results: Results of its refits, in the order of the seeds; at least one.
        measure: Function that gives their mean score.
    """
    finalist = Finalist(trial.number, trial.num_parameters or 0)
    for result in results:
        if result.status is not Status.COMPLETE:
            return drop(finalist, f"{result.status.value}: {result.reason}")
    values = tuple(float(each.objective) for each in results if each.objective is not None)
    score = measure()
    return replace(finalist, values=values, score=score.estimate, error=score.error)


def drop(finalist: Finalist, reason: str) -> Finalist:
    """A finalist that is out, and why."""
    return Finalist(finalist.trial, finalist.num_parameters, reason=reason)


def sort_finalists(
    finalists: Sequence[Finalist], objective: RankingObjective
) -> tuple[Finalist, ...]:
    """Finalists by their mean, those that are out last."""
    left = sorted((each for each in finalists if not each.reason), key=objective.rank)
    return (*left, *(each for each in finalists if each.reason))


def are_tied(leader: Finalist, other: Finalist) -> bool:
    """Whether the means of two finalists differ by no more than the leader's standard error.

    Other validation examples would move the leader's mean by as much. The spread of the seeds does
    not count: a leader that varies is no reason to take a worse one.
    """
    return abs(leader.mean.value - other.mean.value) <= (leader.error or 0.0)


def rank_finalists(finalists: Sequence[Finalist], objective: RankingObjective) -> Ranking:
    """Sort finalists and choose one of them."""
    ordered = sort_finalists(finalists, objective)
    left = [each for each in ordered if not each.reason]
    if len(left) < 2:
        return Ranking(ordered, None, next(iter(left), None))
    first, second = left[:2]
    # Who was refitted less often has lost already.
    level = [each for each in left if len(each.values) >= len(first.values)]
    chosen = min(
        (each for each in level if are_tied(first, each)), key=lambda each: each.num_parameters
    )
    return Ranking(ordered, not are_tied(first, second), chosen)


def affordable_refits(study: StudyRecord, finalists: Sequence[TrialRecord]) -> int:
    """The number of refits that take at most a quarter of the whole time, at least 1.

    Args:
        study: The study, whose trials say how long they held their workers.
        finalists: Trials that are to be refitted.
    """
    searched = sum(each.seconds for each in study.trials)
    seconds = max(searched * SHARE_OF_TIME / (1 - SHARE_OF_TIME), LEAST_SECONDS)
    each_takes = fmean(_whole_seconds(each, study) for each in finalists)
    return max(min(int(seconds / each_takes), MOST_REFITS), 1) if each_takes else MOST_REFITS


def _whole_seconds(trial: TrialRecord, study: StudyRecord) -> float:
    """The seconds of a trial, or those that it would take as long as the longest complete one."""
    if trial.status == "complete" or not trial.epoch:
        return trial.seconds
    longest = max((each.epoch for each in study.having("complete")), default=trial.epoch)
    return trial.seconds * max(longest / trial.epoch, 1.0)


def count_starters(finalists: int, most: int) -> int:
    """The number of finalists that are refitted at all.

    The leader's further seeds come before the first one of others: the average of several refits is
    better than one, whichever it is.

    Args:
        finalists: Number of finalists.
        most: Most refits in all.
    """
    return max(min(finalists, most - (SEEDS - 1)), 1)


def next_refits(
    finalists: Sequence[Finalist],
    objective: RankingObjective,
    seeds: Sequence[int],
    done: Mapping[int, Collection[int]],
    most: int,
) -> list[tuple[int, int]]:
    """The refits that follow, as trial and seed; none if the race is decided.

    The finalist with the best mean goes on, and the next one if both are in a practical tie.

    Args:
        finalists: Finalists as far as they were refitted.
        objective: Objective that ranks them.
        seeds: Seeds of the refits.
        done: Trial -> seeds that it was refitted with.
        most: Most refits in all.
    """
    left = [each for each in sort_finalists(finalists, objective) if not each.reason]
    leaders = [each for each in left if are_tied(left[0], each)][:CONTENDERS]
    missing = [
        (each.trial, seed)
        for each in leaders
        for seed in seeds
        if seed not in done.get(each.trial, ())
    ]
    return missing[: max(most - sum(map(len, done.values())), 0)]
