"""Runs trainings side by side on an executor, each to its end."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from automl.core.protocols import Executor, Finished, Measured
from automl.core.trial import CONTINUE, Decision, Measurement, Status, TrialResult, Verdict
from automl.finalizing.fit import Fit

POLL_SECONDS = 0.2
# So often may a training be lost with its worker.
MOST_LOSSES = 3
_PAUSE = Decision(Verdict.PAUSE, "interrupted")


class Watchdog(Protocol):
    """Tells trainings that hang, by their numbers."""

    def begin(self, number: int) -> None:
        """One is on its way to a worker."""

    def measure(self, number: int, measurement: Measurement) -> None:
        """One reported."""

    def go_on(self, number: int) -> None:
        """One is let go on."""

    def end(self, number: int) -> None:
        """One is off its worker."""

    def hangs(self, number: int) -> str:
        """Why one is taken to hang, or ""."""


# Given the pulse of each training by its number.
MakeWatchdog = Callable[[Callable[[int], float | None]], Watchdog]


@dataclass(frozen=True)
class Attempt:
    """A training as it went to a worker.

    Args:
        fit: The training.
        alone: Whether no other may share its device's memory.
    """

    fit: Fit
    alone: bool = False


class Refitting:
    """Runs trainings, those that ended before not again.

    Args:
        executor: Where they run.
        make_watchdog: Makes what tells those that hang.
        stop: Whether those that run are to pause at their next report, and no other to begin.
        progress: Hears how many trainings are done of those that were asked for; a fraction is the
            part that those under way have behind them.
    """

    def __init__(
        self,
        executor: Executor,
        make_watchdog: MakeWatchdog,
        stop: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> None:
        self._executor, self._watchdog = executor, make_watchdog(self._pulse)
        self._stop, self._progress = stop, progress
        self._running: dict[int, Attempt] = {}
        self._parts: dict[int, float] = {}  # of each training, what is behind it
        self._losses: Counter[int] = Counter()

    def run(self, fits: Sequence[Fit], steps: int) -> bool:
        """Run trainings to their ends, which their folders tell.

        Args:
            fits: Each of another number.
            steps: Reporting steps of a whole one.

        Returns:
            Whether all have ended; not if they were to stop.
        """
        ended = [fit for fit in fits if fit.result() is not None]
        self._advance({fit.spec.number: 1.0 for fit in ended})
        waiting = deque(fit for fit in fits if fit not in ended)
        while self._running or (waiting and not self._stop()):
            self._fill(waiting)
            self._handle(self._executor.poll(POLL_SECONDS), steps)
            self._cancel_hung()
        return all(fit.result() is not None for fit in fits)

    def _fill(self, waiting: deque[Fit]) -> None:
        while waiting and len(self._running) < self._executor.slots and not self._stop():
            self._submit(Attempt(waiting.popleft().begin()))

    def _submit(self, attempt: Attempt) -> None:
        spec = attempt.fit.spec
        self._running[spec.number] = attempt
        self._watchdog.begin(spec.number)
        self._executor.submit(spec, attempt.fit.data, alone=attempt.alone)

    def _handle(self, events: Sequence[Measured | Finished], steps: int) -> None:
        ended = [event.result for event in events if isinstance(event, Finished)]
        for result in ended:
            self._end(result)
        gone = {result.number for result in ended}
        for event in events:
            # Of one whose worker died right after: it is handed up again.
            if isinstance(event, Measured) and event.number not in gone:
                self._measure(event, steps)

    def _measure(self, event: Measured, steps: int) -> None:
        self._watchdog.measure(event.number, event.measurement)
        self._advance({event.number: event.measurement.step / steps})
        self._watchdog.go_on(event.number)
        self._executor.answer(event.number, _PAUSE if self._stop() else CONTINUE)

    def _end(self, result: TrialResult) -> None:
        attempt = self._running.pop(result.number)
        self._watchdog.end(result.number)
        again = self._again(attempt, result)
        if again is not None:
            if not self._stop():
                self._submit(again)
        elif result.status is not Status.PAUSED:
            attempt.fit.end(self._settle(result))
            self._advance({result.number: 1.0})

    def _again(self, attempt: Attempt, result: TrialResult) -> Attempt | None:
        """What is tried next of a training that came to nothing; None where that was all."""
        if result.status is Status.LOST:
            self._losses[result.number] += 1
            return attempt if self._losses[result.number] < MOST_LOSSES else None
        if result.status is Status.OUT_OF_MEMORY and self._executor.shares_memory:
            return None if attempt.alone else replace(attempt, alone=True)
        return None

    def _settle(self, result: TrialResult) -> TrialResult:
        if result.status is not Status.LOST:
            return result
        return replace(result, reason=f"{result.reason}; given up after {MOST_LOSSES} attempts")

    def _cancel_hung(self) -> None:
        for number in tuple(self._running):
            if reason := self._watchdog.hangs(number):
                self._executor.cancel(number, reason)

    def _pulse(self, number: int) -> float | None:
        return self._running[number].fit.pulse

    def _advance(self, parts: Mapping[int, float]) -> None:
        self._parts.update(parts)
        self._progress(sum(self._parts.values()))
