"""What pruning has saved, and why trials ended without a model."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from automl.core.records import StudyRecord
from automl.core.text import count

_TO_NO_AVAIL = ("infeasible", "diverged", "failed")


@dataclass(frozen=True)
class Ending:
    """Trials that ended alike.

    Args:
        status: How they ended.
        trials: How many there are.
        first: The number of the first.
        reason: The reason that this one gives; the others' may have other numbers in it.
    """

    status: str
    trials: int
    first: int
    reason: str


def saved(study: StudyRecord, epochs: int) -> str:
    """The epochs that pruning saved, against running all trials to their end of ``epochs``."""
    pruned = study.having("pruned")
    trained = sum(each.epoch for each in study.trials)
    spared = sum(epochs - each.epoch for each in pruned)
    if not pruned:
        return "No trial was pruned"
    share = spared / (trained + spared)
    return (
        f"{count(len(pruned), 'trial')} stopped early: {trained:,.4g} epochs trained, "
        f"{spared:,.4g} saved ({share:.0%})"
    )


def endings(study: StudyRecord) -> tuple[Ending, ...]:
    """Why trials were infeasible, diverged or failed; the most frequent first."""
    numbers: Counter[tuple[str, str]] = Counter()
    firsts: dict[tuple[str, str], Ending] = {}
    for each in study.having(*_TO_NO_AVAIL):
        kind = (each.status, re.sub(r"\d[\d,.]*", "", each.reason))
        numbers[kind] += 1
        firsts.setdefault(kind, Ending(each.status, 1, each.number, each.reason))
    return tuple(
        Ending(status, number, firsts[status, kind].first, firsts[status, kind].reason)
        for (status, kind), number in numbers.most_common()
    )
