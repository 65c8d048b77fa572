"""The loop that runs trials: fills the workers, tries again what fails, ends what hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from automl.core.executor import MOST_LOSSES, Executor, Finished, Measured, TimeLimits, TrialSource
from automl.core.trial import CONTINUE, Decision, Measurement, Status, TrialResult, TrialSpec

POLL_SECONDS = 0.2
# Batch normalisation cannot train on a micro-batch of one example.
SMALLEST_MICRO_BATCH = 2
# Extra time in which a trial may reach its next report: a share of its limit, plus seconds.
GRACE_SHARE, GRACE_SECONDS = 0.1, 10.0


@dataclass(frozen=True)
class TrialAttempt:
    """An attempt at a trial: the trial as it went to a worker.

    Args:
        spec: Spec that the worker was given.
        alone: Whether no other trial may share the memory of its device.
        expired: Reason in words if it was cancelled because its time is up, else "".
    """

    spec: TrialSpec
    alone: bool = False
    expired: str = ""

    def again(self) -> TrialAttempt:
        """The same attempt, resumed from its last checkpoint."""
        return replace(self, spec=replace(self.spec, resume=True))


class TrialLoop:
    """Runs the trials of a search or of a final model on an executor.

    A trial that runs out of memory is tried again alone on its device, then with its batches split
    into smaller and smaller micro-batches, and only then counts as infeasible. A trial that is lost
    with its worker is tried again a bounded number of times.

    Args:
        executor: Executor that runs the trials.
        source: Source of the trials, which decides how they continue.
        limits: Time limits of a trial.
    """

    def __init__(self, executor: Executor, source: TrialSource, limits: TimeLimits) -> None:
        self._executor, self._source = executor, source
        self._watchdog = TrialWatchdog(limits, source.heartbeat)
        self._running: dict[int, TrialAttempt] = {}

    def run(self) -> None:
        """Run trials until the source has no more, or does not wait for running ones any longer."""
        self._fill()
        while self._running and not self._source.overdue:
            self._handle_events()
            self._decide()
            self._cancel_overdue()
            self._fill()
        self._abandon()

    def _abandon(self) -> None:
        """End what is not waited for, so that the next loop gets its workers and no event of it."""
        for number in self._running:
            with suppress(KeyError):  # it has just ended
                self._executor.cancel(number, "not waited for any longer")
        while self._running:
            for event in self._executor.poll(POLL_SECONDS):
                if isinstance(event, Finished):
                    self._running.pop(event.result.number, None)

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots and not self._source.stopping:
            spec = self._source.next()
            if spec is None:
                return
            self._submit(TrialAttempt(spec))

    def _submit(self, attempt: TrialAttempt) -> None:
        number = attempt.spec.number
        data = self._source.begin(attempt.spec)
        self._watchdog.begin(number)
        self._executor.submit(attempt.spec, data, alone=attempt.alone)
        self._running[number] = attempt

    def _handle_events(self) -> None:
        events = self._executor.poll(POLL_SECONDS)
        ended = [event.result for event in events if isinstance(event, Finished)]
        for result in ended:
            self._end_attempt(result)
        gone = {result.number for result in ended}
        for event in events:
            # A trial whose worker died right after measuring measures this step again.
            if isinstance(event, Measured) and event.number not in gone:
                self._watchdog.measure(event.number, event.measurement)
                self._source.measure(event)

    def _decide(self) -> None:
        for number, decision in self._source.decisions():
            if number in self._running:
                self._watchdog.go_on(number)
                self._executor.answer(number, decision)

    def _end_attempt(self, result: TrialResult) -> None:
        attempt = self._running.pop(result.number)
        self._watchdog.end(result.number)
        after = self._after(attempt, result)
        if isinstance(after, TrialResult):
            self._source.end(attempt.spec, after)
        elif not self._source.stopping:  # else it waits to be resumed
            self._submit(after)

    def _after(self, attempt: TrialAttempt, result: TrialResult) -> TrialAttempt | TrialResult:
        """The next attempt at a trial, or its final result."""
        if result.status is Status.LOST:
            return _expire(attempt, result) if attempt.expired else self._retry(attempt, result)
        if result.status is Status.OUT_OF_MEMORY:
            return self._with_less_memory(attempt) or replace(result, status=Status.INFEASIBLE)
        return result

    def _retry(self, attempt: TrialAttempt, result: TrialResult) -> TrialAttempt | TrialResult:
        losses = self._source.lose(result.number)
        if losses < MOST_LOSSES:
            return attempt.again()
        reason = f"{result.reason}; given up after {losses} attempts"
        return replace(result, status=Status.FAILED, reason=reason)

    def _with_less_memory(self, attempt: TrialAttempt) -> TrialAttempt | None:
        if self._executor.shares_memory and not attempt.alone:
            return replace(attempt.again(), alone=True)
        spec = attempt.again().spec
        parts = 2 * spec.grad_accumulation
        if spec.config.training.get("batch_size", 0) < SMALLEST_MICRO_BATCH * parts:
            return None
        return replace(attempt, spec=replace(spec, grad_accumulation=parts))

    def _cancel_overdue(self) -> None:
        """Cancel attempts that hang or whose time is up."""
        for number, attempt in list(self._running.items()):
            expired = self._watchdog.expires(number)
            if reason := expired or self._watchdog.hangs(number):
                self._running[number] = replace(attempt, expired=expired)
                self._executor.cancel(number, reason)


def _expire(attempt: TrialAttempt, result: TrialResult) -> TrialResult:
    """A trial whose time is up counts as pruned if it measured anything at all, else as failed."""
    status = Status.PRUNED if result.measurements else Status.FAILED
    return replace(result, status=status, reason=attempt.expired)


def run_trials(executor: Executor, source: TrialSource, limits: TimeLimits) -> None:
    """Run the trials of a source on an executor; see ``TrialLoop``."""
    TrialLoop(executor, source, limits).run()


def run_until(
    executor: Executor,
    spec: TrialSpec,
    data: Any,
    last: int,
    then: Decision,
    on_measure: Callable[[Measurement], None],
) -> TrialResult:
    """Run a trial on a free slot until it has reported step ``last``, or ended by itself.

    Args:
        executor: Where it runs.
        spec: The trial.
        data: Its dataset.
        last: The reporting step after which it ends.
        then: How it ends: it pauses, or stops.
        on_measure: Hears of every reporting step.
    """
    executor.submit(spec, data)
    while True:
        for event in executor.poll(POLL_SECONDS):
            if isinstance(event, Finished):
                return event.result
            on_measure(event.measurement)
            done = event.measurement.step >= last
            executor.answer(event.number, then if done else CONTINUE)


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
