"""The time of a search with a time limit: for its trials, and for the final model after them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from automl.core.final import CONTENDERS, FINALISTS, refit_rounds
from automl.core.records import TrialRecord
from automl.core.text import duration

# Share of the time that is kept for the refits of the final model, at most.
FINAL_SHARE = 0.25
# Share of the time that one trial may take, so that each worker trains several.
TRIAL_SHARE = 0.125
# Share in which that model is measured and written, at most; only a slow machine takes as long.
CLOSING_SHARE = 0.4
# Share of a trial's time below which none is begun: it would say little.
LEAST_SHARE = 0.5
# Share that a trial is granted in any case while there is no model, although reading much data has
# taken the time: a model of a few steps would be worth nothing.
FIRST_SHARE = 0.05
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
        closing: Seconds in which the final model is measured and written.
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
        closing: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeout, self._slots, self._grants, self._now = timeout, slots, grants, now
        self._began = now() if began is None else began
        self._most_kept = (timeout or 0.0) * FINAL_SHARE if finalize else 0.0
        self._closing = most_closing(closing, timeout) if finalize else 0.0
        self.kept = self._most_kept + self._closing
        self._has_model = False
        self._first_weights: float | None = None  # seconds until a trial had measured its weights

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._now() - self._began

    @property
    def over(self) -> bool:
        """Whether running trials pause, since the rest of the time is the final model's.

        Until a first trial is complete, they also have the time of the refits, for nothing could be
        refitted. Until a first one has measured anything, they go on even longer: there is no model
        without weights.
        """
        has_weights = self._first_weights is not None
        return self._left_for_running <= 0 and (has_weights or self.overdue)

    @property
    def overdue(self) -> bool:
        """Whether the extra time for running trials is over, too."""
        if self._first_weights is None:
            return self._left_for_running <= -FIRST_GRACE_SECONDS
        since = min(-self._left_for_running, self.elapsed - self._first_weights)
        return since >= GRACE_SECONDS  # a trial that has just measured must be able to pause

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
        first = 0.0 if self._has_model else FIRST_SHARE * self.timeout
        return max(share, first, LEAST_SECONDS)

    def learn(self, best: Sequence[TrialRecord]) -> None:
        """Keep as much time for the final model as the best complete trials say that it takes."""
        if best:
            self._has_model = True
            self.learn_of_weights()
            rounds = refit_rounds(FINALISTS, CONTENDERS, self._slots)
            slowest = max(each.seconds for each in best)
            refits = rounds * (slowest + OVERHEAD_SECONDS)
            self.kept = min(self._most_kept, refits) + self._closing

    def learn_of_weights(self) -> None:
        """Know that a trial has measured its weights, so that a paused one can be the model."""
        if self._first_weights is None:
            self._first_weights = self.elapsed

    def in_words(self) -> str:
        """How the time is divided, or "" where there is no limit."""
        if self.timeout is None or not self._most_kept:
            return ""
        kept = duration(self.kept)
        return f"time limit {duration(self.timeout)}: up to {kept} are kept for the final model"

    @property
    def _left(self) -> float:
        """Seconds left for trials."""
        return self._left_but(self.kept)

    @property
    def _left_for_running(self) -> float:
        """Seconds left for trials that are running."""
        return self._left_but(self.kept if self._has_model else self._closing)

    def _left_but(self, kept: float) -> float:
        return float("inf") if self.timeout is None else self.timeout - kept - self.elapsed


def most_closing(seconds: float, timeout: float | None) -> float:
    """Seconds of a time limit in which the final model is measured and written.

    Args:
        seconds: Seconds that it takes.
        timeout: Time limit in seconds, or None.
    """
    return min(seconds, CLOSING_SHARE * (timeout or 0.0))


class WorkPace:
    """How much longer work takes on this machine than it would with a core to itself.

    A context manager, which measures the work in it: nothing that waits for files or a network.

    Attributes:
        last: Seconds that the last work took.
    """

    def __init__(self) -> None:
        self._wall = self._cpu = self.last = 0.0

    @property
    def slowdown(self) -> float:
        """Seconds per second of CPU time of this thread, at least 1."""
        return max(self._wall / self._cpu, 1.0) if self._cpu else 1.0

    def __enter__(self) -> None:
        self._began = time.monotonic(), time.thread_time()

    def __exit__(self, *error: object) -> None:
        wall, cpu = self._began
        self.last = time.monotonic() - wall
        self._wall += self.last
        self._cpu += time.thread_time() - cpu
