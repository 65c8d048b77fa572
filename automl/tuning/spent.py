"""What a study has cost in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import optuna


@dataclass(frozen=True)
class Spent:
    """The time that a study has taken so far.

    Args:
        begun: When its first trial began, or None before that.
        ended: When its last trial ended, or None before that.
        wall: Seconds during which at least one trial ran; pauses between runs are not among them.
        work: Seconds that trials held workers, in all.
    """

    begun: datetime | None
    ended: datetime | None
    wall: float
    work: float


def spent(study: optuna.Study) -> Spent:
    """What a study has cost so far, by what its trials noted at their ends."""
    trials = study.get_trials(deepcopy=False)
    ends = [(each.datetime_complete, each.user_attrs.get("seconds", 0.0)) for each in trials]
    ran = [(end - timedelta(seconds=took), end) for end, took in ends if end is not None]
    starts = (each.datetime_start for each in trials)
    return Spent(
        begun=min((each for each in starts if each is not None), default=None),
        ended=max((end for _, end in ran), default=None),
        wall=_together(ran),
        work=sum(took for _, took in ends),
    )


def _together(spans: list[tuple[datetime, datetime]]) -> float:
    """Seconds that are in at least one of the spans."""
    total, reached = timedelta(), datetime.min
    for start, end in sorted(spans):
        total += max(end - max(start, reached), timedelta())
        reached = max(reached, end)
    return total.total_seconds()
