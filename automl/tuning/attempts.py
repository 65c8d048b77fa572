"""What follows when an attempt at a trial came to nothing: another one, or the trial's end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from automl.core.trial import Status, TrialResult, TrialSpec
from automl.tuning.losses import Losses

# Batch normalisation cannot train on a part of a batch that is one example.
SMALLEST_PART = 2


@dataclass(frozen=True)
class Attempt:
    """A trial as it went to a worker.

    Args:
        spec: What the worker was given.
        alone: Whether no other trial may share its device's memory.
        expired: Why its time is up and it was cancelled; "" while it is not.
    """

    spec: TrialSpec
    alone: bool = False
    expired: str = ""

    @property
    def number(self) -> int:
        """The trial's."""
        return self.spec.number

    def again(self) -> Attempt:
        """The same, from its last checkpoint."""
        return replace(self, spec=replace(self.spec, resume=True))


class Attempts:
    """Decides what comes after an attempt that ended.

    A trial without enough memory is tried alone on its device, then with its batches cut into
    smaller and smaller parts whose gradients add up, and only then called infeasible. One that is
    lost with its worker is tried again, a bounded number of times.

    Args:
        lose: Counts a loss of a trial, by its number.
        shares_memory: Whether trials that run at once take memory from one another.
    """

    def __init__(self, lose: Callable[[int], Losses], shares_memory: bool) -> None:
        self._lose, self._shares_memory = lose, shares_memory

    def after(self, attempt: Attempt, result: TrialResult) -> Attempt | TrialResult:
        """The next attempt at a trial, or how the trial ended."""
        if attempt.expired and result.status is Status.LOST:
            return _expire(attempt, result)
        if result.status is Status.LOST:
            return self._after_loss(attempt, result)
        if result.status is Status.OUT_OF_MEMORY:
            return self._with_less_memory(attempt) or replace(result, status=Status.INFEASIBLE)
        return result

    def _after_loss(self, attempt: Attempt, result: TrialResult) -> Attempt | TrialResult:
        losses = self._lose(attempt.number)
        if not losses.too_many:
            return attempt.again()
        reason = f"{result.reason}; given up after {losses.count} attempts"
        return replace(result, status=Status.FAILED, reason=reason)

    def _with_less_memory(self, attempt: Attempt) -> Attempt | None:
        if self._shares_memory and not attempt.alone:
            return replace(attempt.again(), alone=True)
        spec = attempt.again().spec
        parts = 2 * spec.accumulate
        if spec.config.training.get("batch_size", 0) < SMALLEST_PART * parts:
            return None
        return replace(attempt, spec=replace(spec, accumulate=parts))


def _expire(attempt: Attempt, result: TrialResult) -> TrialResult:
    """A trial whose time was up is one that was stopped, if it measured anything at all."""
    status = Status.PRUNED if result.measurements else Status.FAILED
    return replace(result, status=status, reason=attempt.expired)
