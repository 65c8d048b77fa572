"""The loop that runs trials: fills the workers, tries again what fails, ends what hangs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from automl.core.executor import MOST_LOSSES, Executor, Finished, Measured, TimeLimits, TrialSource
from automl.core.trial import Status, TrialResult, TrialSpec
from automl.execution.watchdog import TrialWatchdog

POLL_SECONDS = 0.2
# Batch normalisation cannot train on a micro-batch of one example.
SMALLEST_MICRO_BATCH = 2


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
