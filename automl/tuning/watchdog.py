"""Trials that hang, and trials whose time is up without their coming to a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from automl.core.trial import Measurement

# A trial without a sign of life for so many seconds hangs: no batch takes as long.
STALL_SECONDS = 600.0
# Over its time, a trial may still come to its next report for so long: this share, and seconds.
GRACE_SHARE, GRACE_SECONDS = 0.1, 10.0


@dataclass(frozen=True)
class Limits:
    """How long a trial may take, in seconds.

    Args:
        trial: Training and validation in all, or None.
        stall: Without a sign of life.
    """

    trial: float | None = None
    stall: float = STALL_SECONDS

    def exceeded(self, seconds: float) -> str:
        """Why a trial of so many seconds is to stop, or "" if it is not."""
        if self.trial is None or seconds < self.trial:
            return ""
        return f"over its time: {seconds:.0f} s, and --trial-timeout is {self.trial:g} s"


@dataclass
class Watched:
    """What was last seen of a trial.

    Args:
        pulse: When its pulse file was last touched, by the clock of whichever machine did: that
            it changes is all that counts.
        seen: When that changed, by our own clock; None before the first time.
        since: When it began, or was last let go on; None while it stands still.
        trained: Seconds it had trained before that.
    """

    pulse: float | None
    seen: float | None = None
    since: float | None = None
    trained: float = 0.0


class Watchdog:
    """Watches the trials that run, from their first sign of life on.

    Args:
        limits: How long they may take.
        pulse: When a trial last touched its pulse file, by its number; None for never.
        now: Seconds by a clock that only goes forward, whoever sets the machine's.
    """

    def __init__(
        self,
        limits: Limits,
        pulse: Callable[[int], float | None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._pulse, self._now = limits, pulse, now
        self._watched: dict[int, Watched] = {}

    def begin(self, number: int) -> None:
        """A trial is on its way to a worker."""
        self._watched[number] = Watched(self._pulse(number))

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial reported, and stands still until it is let go on."""
        watched = self._watched[number]
        watched.trained, watched.since = measurement.seconds, None

    def go_on(self, number: int) -> None:
        """A trial is let go on."""
        watched = self._watched[number]
        watched.seen = watched.since = self._now()

    def end(self, number: int) -> None:
        """A trial is off its worker."""
        del self._watched[number]

    def hangs(self, number: int) -> str:
        """Why a trial is taken to hang, or ""."""
        watched, now = self._watched[number], self._now()
        pulse = self._pulse(number)
        if pulse != watched.pulse:
            watched.pulse, watched.seen = pulse, now
            watched.since = watched.since or now
        if watched.since is None or watched.seen is None or now - watched.seen < self._limits.stall:
            return ""
        return f"hung: no sign of life for {now - watched.seen:.0f} s"

    def expires(self, number: int) -> str:
        """Why a trial is to be ended at once, its time being up by far, or ""."""
        watched, limit = self._watched[number], self._limits.trial
        if limit is None or watched.since is None:
            return ""
        seconds = watched.trained + self._now() - watched.since
        late = seconds > limit * (1 + GRACE_SHARE) + GRACE_SECONDS
        return self._limits.exceeded(seconds) if late else ""
