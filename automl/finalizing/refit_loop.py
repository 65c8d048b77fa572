"""Run refits side by side on an executor, each to its end."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from automl.core.executor import Executor, Finished, Measured
from automl.core.final import RunningRefit
from automl.core.trial import CONTINUE, Decision, Measurement, Status, TrialResult, Verdict
from automl.finalizing.refits import Refit

POLL_SECONDS = 0.2
# Times that a training may be lost with its worker before it is given up.
MOST_LOSSES = 3
_PAUSE = Decision(Verdict.PAUSE, "interrupted")


class RefitWatchdog(Protocol):
    """Detects trainings that hang, by their numbers."""

    def begin(self, number: int) -> None:
        """A training goes to a worker."""

    def measure(self, number: int, measurement: Measurement) -> None:
        """A training reported."""

    def go_on(self, number: int) -> None:
        """A training may continue."""

    def end(self, number: int) -> None:
        """A training has left its worker."""

    def hangs(self, number: int) -> str:
        """Why a training is considered hung; empty if it is not."""


# Makes a watchdog from a function that gives the last heartbeat of a training.
MakeWatchdog = Callable[[Callable[[int], float | None]], RefitWatchdog]


@dataclass(frozen=True)
class RefitAttempt:
    """A training that went to a worker.

    Args:
        fit: The training.
        alone: Whether no other training may share its device.
    """

    fit: Refit
    alone: bool = False


class RefitLoop:
    """Runs trainings that have not ended yet, as many at a time as the executor has slots.

    Args:
        executor: Executor that runs them.
        make_watchdog: Makes the watchdog that detects hung trainings.
        stop: Function that says whether running trainings pause at their next report and no other
            starts.
        progress: Function that is told the number of finished trainings, with the finished
            fractions of running ones, and the running ones.
    """

    def __init__(
        self,
        executor: Executor,
        make_watchdog: MakeWatchdog,
        stop: Callable[[], bool],
        progress: Callable[[float, tuple[RunningRefit, ...]], None],
    ) -> None:
        self._executor, self._watchdog = executor, make_watchdog(self._pulse)
        self._stop, self._progress = stop, progress
        self._running: dict[int, RefitAttempt] = {}
        self._fractions: dict[int, float] = {}  # finished fraction of each training
        self._under_way: dict[int, RunningRefit] = {}
        self._losses: Counter[int] = Counter()

    def run(self, fits: Sequence[Refit], steps: int) -> bool:
        """Run trainings to their ends; their folders have the results.

        Args:
            fits: Trainings with distinct numbers.
            steps: Reporting steps of a full training.

        Returns:
            Whether all have ended; False if they were stopped.
        """
        ended = [fit for fit in fits if fit.result() is not None]
        self._advance({fit.spec.number: 1.0 for fit in ended})
        waiting = deque(fit for fit in fits if fit not in ended)
        while self._running or (waiting and not self._stop()):
            self._fill(waiting)
            self._handle(self._executor.poll(POLL_SECONDS), steps)
            self._cancel_hung()
        return all(fit.result() is not None for fit in fits)

    def _fill(self, waiting: deque[Refit]) -> None:
        while waiting and len(self._running) < self._executor.slots and not self._stop():
            self._submit(RefitAttempt(waiting.popleft().begin()))

    def _submit(self, attempt: RefitAttempt) -> None:
        spec = attempt.fit.spec
        self._running[spec.number] = attempt
        self._under_way[spec.number] = RunningRefit(attempt.fit.name)
        self._advance({})
        self._watchdog.begin(spec.number)
        self._executor.submit(spec, attempt.fit.data, alone=attempt.alone)

    def _handle(self, events: Sequence[Measured | Finished], steps: int) -> None:
        ended = [event.result for event in events if isinstance(event, Finished)]
        for result in ended:
            self._end(result)
        gone = {result.number for result in ended}
        for event in events:
            # A worker that died right after reporting: the step comes again.
            if isinstance(event, Measured) and event.number not in gone:
                self._measure(event, steps)

    def _measure(self, event: Measured, steps: int) -> None:
        self._watchdog.measure(event.number, event.measurement)
        self._under_way[event.number] = self._training(event, steps)
        self._advance({event.number: event.measurement.step / steps})
        self._watchdog.go_on(event.number)
        self._executor.answer(event.number, _PAUSE if self._stop() else CONTINUE)

    def _training(self, event: Measured, steps: int) -> RunningRefit:
        now, fit = event.measurement, self._running[event.number].fit
        epochs = now.epoch * steps / now.step
        # The last training sees the validation data, so its metrics say nothing about new data.
        measured = now.metrics.get(fit.spec.metric) if fit.spec.guide is None else None
        return RunningRefit(fit.name, now.epoch, epochs, measured)

    def _end(self, result: TrialResult) -> None:
        attempt = self._running.pop(result.number)
        del self._under_way[result.number]
        self._watchdog.end(result.number)
        again = self._again(attempt, result)
        if again is not None:
            if not self._stop():
                self._submit(again)
        elif result.status is not Status.PAUSED:
            attempt.fit.end(self._settle(result))
            self._advance({result.number: 1.0})

    def _again(self, attempt: RefitAttempt, result: TrialResult) -> RefitAttempt | None:
        """The next attempt after a failed one; None if there is none."""
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
        return self._running[number].fit.heartbeat

    def _advance(self, fractions: Mapping[int, float]) -> None:
        self._fractions.update(fractions)
        running = (self._under_way[number] for number in sorted(self._under_way))
        self._progress(sum(self._fractions.values()), tuple(running))
