"""Watchdog: finds trials that hang, and trials whose time is up long before their next report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from automl.core.executor import TimeLimits
from automl.core.trial import Measurement

# Extra time in which a trial may reach its next report: a share of its limit, plus seconds.
GRACE_SHARE, GRACE_SECONDS = 0.1, 10.0


@dataclass
class WatchedTrial:
    """What was last seen of a trial.

    Args:
        pulse: Time of its last heartbeat by the clock of the worker's machine; only a change of it
            says anything.
        seen: Time of that change by our own clock; None before the first one.
        since: Time at which it began or last continued; None while it waits for a decision.
        trained: Seconds it had trained before ``since``.
    """

    pulse: float | None
    seen: float | None = None
    since: float | None = None
    trained: float = 0.0


class TrialWatchdog:
    """Watches running trials, from their first heartbeat on.

    Args:
        limits: Time limits of a trial.
        pulse: Function that gives the time of a trial's last heartbeat by its number; None if there
            was none.
        now: Clock in seconds that only goes forward, even if the machine's clock is set.
    """

    def __init__(
        self,
        limits: TimeLimits,
        pulse: Callable[[int], float | None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._pulse, self._now = limits, pulse, now
        self._watched: dict[int, WatchedTrial] = {}

    def begin(self, number: int) -> None:
        """A trial was submitted."""
        self._watched[number] = WatchedTrial(self._pulse(number))

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial reported, and waits until it may continue."""
        watched = self._watched[number]
        watched.trained, watched.since = measurement.seconds, None

    def go_on(self, number: int) -> None:
        """A trial continues."""
        watched = self._watched[number]
        watched.seen = watched.since = self._now()

    def end(self, number: int) -> None:
        """An attempt at a trial ended."""
        del self._watched[number]

    def hangs(self, number: int) -> str:
        """Reason to take a trial for hung, or ""."""
        watched, now = self._watched[number], self._now()
        pulse = self._pulse(number)
        if pulse != watched.pulse:
            watched.pulse, watched.seen = pulse, now
            watched.since = watched.since or now
        if watched.since is None or watched.seen is None or now - watched.seen < self._limits.stall:
            return ""
        return f"hung: no sign of life for {now - watched.seen:.0f} s"

    def expires(self, number: int) -> str:
        """Reason to cancel a trial whose time limit and extra time are over, or ""."""
        watched, limit = self._watched[number], self._limits.trial
        if limit is None or watched.since is None:
            return ""
        seconds = watched.trained + self._now() - watched.since
        late = seconds > limit * (1 + GRACE_SHARE) + GRACE_SECONDS
        return self._limits.exceeded(seconds) if late else ""
