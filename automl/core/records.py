"""A study and its trials as plain values, for whoever shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl.core.distributions import Value

COUNTED = ("complete", "pruned", "diverged", "failed")
UNFINISHED = ("paused", "running", "waiting")


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the study remembers it.

    Args:
        number: Its number in the study.
        status: "complete", "pruned", "infeasible", "diverged", "failed", "paused", "running",
            "waiting" or "duplicate".
        value: The objective at its best step, or None.
        parameters: What was drawn, by name, in the order of drawing.
        reason: Why it ended so; empty for a complete one.
        seconds: Wall-clock seconds it held a worker.
        device: What it ran on.
        size: Number of weights of its network, or None if it was never built.
        flops: Floating-point operations of one example's forward pass, or None.
        epoch: Epochs trained.
    """

    number: int
    status: str
    value: float | None
    parameters: Mapping[str, Value]
    reason: str = ""
    seconds: float = 0.0
    device: str = ""
    size: int | None = None
    flops: int | None = None
    epoch: float = 0.0

    def beats(self, other: TrialRecord | None, maximize: bool) -> bool:
        """Whether it has a better value than ``other``, or the first."""
        if self.value is None:
            return False
        if other is None or other.value is None:
            return True
        return self.value > other.value if maximize else self.value < other.value


@dataclass(frozen=True)
class StudyRecord:
    """A study with all its trials, by number."""

    name: str
    metric: str
    maximize: bool
    trials: tuple[TrialRecord, ...]

    @property
    def best(self) -> TrialRecord | None:
        """The best trial that has weights."""
        return next(iter(self.ranked), None)

    @property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """Trials that can be exported, best first: complete ones, and paused ones as they stand."""
        ready = [each for each in self.trials if each.status in ("complete", "paused")]
        return tuple(sorted((each for each in ready if each.value is not None), key=self.rank))

    @property
    def unfinished(self) -> tuple[TrialRecord, ...]:
        """Trials that run, or wait to be gone on with."""
        return self.having(*UNFINISHED)

    def rank(self, trial: TrialRecord) -> tuple[float, int]:
        """A key that sorts the best trial first; of equals, the earlier."""
        value = trial.value if trial.value is not None else 0.0
        return (-value if self.maximize else value, trial.number)

    @property
    def baseline(self) -> TrialRecord | None:
        """Trial 0, the space's simple start."""
        return self.trials[0] if self.trials else None

    def having(self, *statuses: str) -> tuple[TrialRecord, ...]:
        """The trials that have one of these statuses."""
        return tuple(each for each in self.trials if each.status in statuses)

    def count(self, *statuses: str) -> int:
        """How many trials have one of these statuses."""
        return len(self.having(*statuses))

    @property
    def counted(self) -> int:
        """How many trials count towards the study's total: those that used a worker."""
        return self.count(*COUNTED)
