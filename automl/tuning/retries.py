"""Retry policy: what happens after an attempt at a trial fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from optuna.trial import FrozenTrial

from automl.core.trial import Status, TrialResult, TrialSpec

# Times that a trial may be lost without a new report in between. A trial that kills its process
# every time must not be retried for ever; one that makes progress may be.
MOST_LOSSES = 3
# Batch normalisation cannot train on a micro-batch of one example.
SMALLEST_MICRO_BATCH = 2


@dataclass(frozen=True)
class LossCount:
    """How often a trial was lost with its process since its last report.

    Args:
        step: Last reported step of the trial, 0 for none.
        count: Number of losses since that step.
    """

    KEY: ClassVar[str] = "lost"

    step: int
    count: int

    @classmethod
    def of(cls, trial: FrozenTrial) -> LossCount:
        """The losses of ``trial``; none if it has reported since it was last lost."""
        step, count = trial.user_attrs.get(cls.KEY, (0, 0))
        reached = trial.last_step or 0
        return cls(reached, count if step == reached else 0)

    @property
    def one_more(self) -> LossCount:
        """The count after another loss."""
        return LossCount(self.step, self.count + 1)

    @property
    def too_many(self) -> bool:
        """Whether the trial is given up."""
        return self.count >= MOST_LOSSES

    def as_record(self) -> list[int]:
        """The value that the study's storage keeps."""
        return [self.step, self.count]


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

    @property
    def number(self) -> int:
        """Number of the trial in its study."""
        return self.spec.number

    def again(self) -> TrialAttempt:
        """The same attempt, resumed from its last checkpoint."""
        return replace(self, spec=replace(self.spec, resume=True))


class RetryPolicy:
    """Decides what happens after an attempt ended.

    A trial that runs out of memory is retried alone on its device, then with its batches split into
    smaller and smaller micro-batches, and only then counts as infeasible. A trial that is lost with
    its worker is retried a bounded number of times.

    Args:
        lose: Function that counts a loss of a trial, given its number.
        shares_memory: Whether trials that run at the same time share the memory of a device.
    """

    def __init__(self, lose: Callable[[int], LossCount], shares_memory: bool) -> None:
        self._lose, self._shares_memory = lose, shares_memory

    def after(self, attempt: TrialAttempt, result: TrialResult) -> TrialAttempt | TrialResult:
        """The next attempt at the trial, or its final result."""
        if attempt.expired and result.status is Status.LOST:
            return _expire(attempt, result)
        if result.status is Status.LOST:
            return self._after_loss(attempt, result)
        if result.status is Status.OUT_OF_MEMORY:
            return self._with_less_memory(attempt) or replace(result, status=Status.INFEASIBLE)
        return result

    def _after_loss(self, attempt: TrialAttempt, result: TrialResult) -> TrialAttempt | TrialResult:
        losses = self._lose(attempt.number)
        if not losses.too_many:
            return attempt.again()
        reason = f"{result.reason}; given up after {losses.count} attempts"
        return replace(result, status=Status.FAILED, reason=reason)

    def _with_less_memory(self, attempt: TrialAttempt) -> TrialAttempt | None:
        if self._shares_memory and not attempt.alone:
            return replace(attempt.again(), alone=True)
        spec = attempt.again().spec
        parts = 2 * spec.grad_accumulation
        if spec.config.training.get("batch_size", 0) < SMALLEST_MICRO_BATCH * parts:
            return None
        return replace(attempt, spec=replace(spec, grad_accumulation=parts))


def _expire(attempt: TrialAttempt, result: TrialResult) -> TrialResult:
    """A trial whose time is up counts as pruned if it measured anything at all, else as failed."""
    status = Status.PRUNED if result.measurements else Status.FAILED
    return replace(result, status=status, reason=attempt.expired)
