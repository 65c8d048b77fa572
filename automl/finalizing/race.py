"""Which refits a final model needs: one for each finalist, further ones for those that can win."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean

from automl.core.final import CONTENDERS, MOST_REFITS, SEEDS, Finalist
from automl.core.records import StudyRecord, TrialRecord
from automl.finalizing.ranking import RankingObjective, are_tied, sort_finalists

# Share of the whole time that the refits may take.
SHARE_OF_TIME = 0.25
# Seconds on workers that they may take in any case.
LEAST_SECONDS = 60.0
NOT_AFFORDED = "not refitted, since the final model takes at most a quarter of the time"


def affordable_refits(study: StudyRecord, finalists: Sequence[TrialRecord]) -> int:
    """The number of refits that take at most a quarter of the whole time, at least 1.

    Args:
        study: The study, whose trials say how long they held their workers.
        finalists: Trials that are to be refitted.
    """
    searched = sum(each.seconds for each in study.trials)
    seconds = max(searched * SHARE_OF_TIME / (1 - SHARE_OF_TIME), LEAST_SECONDS)
    each_takes = fmean(each.seconds for each in finalists)
    return max(min(int(seconds / each_takes), MOST_REFITS), 1) if each_takes else MOST_REFITS


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
