"""A study and its trials as plain values, for whoever shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl.core.distributions import Value
from automl.core.front import Point, fronts

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
        latency: Milliseconds that its network took for one example, on its worker; None if it was
            never measured.
        origin: What it began as, where its configuration is another study's: "trial 3 of cnn".
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
    latency: float | None = None
    origin: str = ""

    def cost(self, name: str) -> float | None:
        """What its model costs, by one of ``COSTS``; None where that is not known."""
        return {"latency": self.latency, "parameters": self.size, "flops": self.flops}[name]

    def beats(self, other: TrialRecord | None, maximize: bool) -> bool:
        """Whether it has a better value than ``other``, or the first."""
        if self.value is None:
            return False
        if other is None or other.value is None:
            return True
        return self.value > other.value if maximize else self.value < other.value


@dataclass(frozen=True)
class StudyRecord:
    """A study with all its trials, by number.

    Args:
        name: Its name.
        metric: The first objective, which says what is best.
        maximize: Whether larger is better.
        trials: All of them.
        minimize: The further objectives, of ``COSTS``; smaller is better in all of them.
    """

    name: str
    metric: str
    maximize: bool
    trials: tuple[TrialRecord, ...]
    minimize: tuple[str, ...] = ()

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
    def front(self) -> tuple[TrialRecord, ...]:
        """The complete trials that no other beats in all objectives, the best metric first."""
        complete = [each for each in self.ranked if each.status == "complete"]
        placed = [(point, each) for each in complete if (point := self.point(each)) is not None]
        on = fronts([point for point, _ in placed])
        return tuple(each for (_, each), front in zip(placed, on, strict=True) if front == 0)

    def point(self, trial: TrialRecord) -> Point | None:
        """A trial's objectives, smaller is better; None where one of them is not known."""
        if trial.value is None:
            return None
        costs = [trial.cost(name) for name in self.minimize]
        known = [each for each in costs if each is not None]
        metric = -trial.value if self.maximize else trial.value
        return (metric, *known) if len(known) == len(costs) else None

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
