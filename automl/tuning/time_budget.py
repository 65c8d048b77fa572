"""The time of a search with a time limit: for its trials, and for the final model after them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from automl.core.final import CONTENDERS, FINALISTS, refit_rounds
from automl.core.records import TrialRecord
from automl.core.text import duration

# Share of the time that is kept for the final model, at most.
FINAL_SHARE = 0.25
# Share of the time that one trial may take, so that each worker trains several.
TRIAL_SHARE = 0.125
# Share of a trial's time below which none is begun: it would say little.
LEAST_SHARE = 0.5
# Seconds of a trial that are always granted, so that there is a model in the end.
LEAST_SECONDS = 1.0
# Seconds that a worker takes to begin a trial and to end it.
OVERHEAD_SECONDS = 1.0
# Seconds after the end of the search in which trials may reach their next reporting step.
GRACE_SECONDS = 10.0
# The same while no trial is complete: a machine may take that long to begin the first one.
FIRST_GRACE_SECONDS = 60.0


class TimeBudget:
    """Divides the time limit of a search among its trials and the final model.

    No trial is refused because it is slow: each is granted a share of the time, and its worker
    gives it as many epochs as that allows. Near the end of the search no trial begins that could
    not be trained to a useful length.

    Args:
        timeout: Seconds that everything may take, the final model included, or None.
        finalize: Whether the final model is made at the end.
        slots: Number of trials that run at once.
        grants: Whether trials are granted shares of the time. Shares depend on the clock, so a
            deterministic search has none.
        began: Time at which the search began, by ``now``.
        now: Clock in seconds that only goes forward.
    """

    def __init__(
        self,
        timeout: float | None,
        *,
        finalize: bool,
        slots: int,
        grants: bool = True,
        began: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeout, self._slots, self._grants, self._now = timeout, slots, grants, now
        self._began = now() if began is None else began
        self._most_kept = (timeout or 0.0) * FINAL_SHARE if finalize else 0.0
        self.kept = self._most_kept
        self._has_model = False

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._now() - self._began

    @property
    def over(self) -> bool:
        """Whether running trials pause, since the rest of the time is the final model's.

        Until a first trial is complete they go on a little longer: there is no model without one.
        """
        return self._left <= 0 and (self._has_model or self.overdue)

    @property
    def overdue(self) -> bool:
        """Whether the extra time for running trials is over, too."""
        return self._left <= -(GRACE_SECONDS if self._has_model else FIRST_GRACE_SECONDS)

    @property
    def has_room(self) -> bool:
        """Whether another trial may begin."""
        if self.timeout is None or not self._has_model:
            return not self.over
        return self._left >= LEAST_SHARE * TRIAL_SHARE * self.timeout

    @property
    def grant(self) -> float | None:
        """Seconds that the next trial may train, or None for as long as it takes."""
        if self.timeout is None or not self._grants:
            return None
        share = min(TRIAL_SHARE * self.timeout, self._left - OVERHEAD_SECONDS)
        return max(share, LEAST_SECONDS)

    def learn(self, best: Sequence[TrialRecord]) -> None:
        """Keep as much time for the final model as the best complete trials say that it takes."""
        if best:
            self._has_model = True
            rounds = refit_rounds(FINALISTS, CONTENDERS, self._slots)
            slowest = max(each.seconds for each in best)
            self.kept = min(self._most_kept, rounds * (slowest + OVERHEAD_SECONDS))

    def in_words(self) -> str:
        """How the time is divided, or "" where there is no limit."""
        if self.timeout is None or not self._most_kept:
            return ""
        kept = duration(self._most_kept)
        return f"time limit {duration(self.timeout)}: up to {kept} are kept for the final model"

    @property
    def _left(self) -> float:
        """Seconds left for trials."""
        return float("inf") if self.timeout is None else self.timeout - self.kept - self.elapsed
