"""Records: a study, its trials and its objectives as plain values, also under the keys of files."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from automl.core.distributions import Value
from automl.core.text import value

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

# Each is for one example; latency is in milliseconds.
COSTS = ("latency", "parameters", "flops")
HEADINGS: Mapping[str, str] = {
    "latency": "latency (ms)",
    "parameters": "parameters",
    "flops": "FLOPs",
}
# A number for each objective; smaller is better in all of them.
Point = tuple[float, ...]
COUNTED = ("complete", "pruned", "diverged", "failed")
UNFINISHED = ("paused", "running", "waiting")
# Name of a field -> key in files.
KEYS = {"num_parameters": "size", "objective": "value", "grad_accumulation": "accumulate"}


def amount(cost: str, number: float | None) -> str:
    """A cost in the unit of its heading, for tables: ``"0.312"``, ``"12,345"``, ``"-"``."""
    if number is None:
        return "-"
    return f"{number:,.3f}" if cost == "latency" else f"{number:,.0f}"


def in_words(cost: str, number: float) -> str:
    """A cost with its unit: ``"0.312 ms"``, ``"12,345 parameters"``."""
    unit = "ms" if cost == "latency" else HEADINGS[cost]
    return f"{amount(cost, number)} {unit}"


@dataclass(frozen=True)
class NetworkProfile:
    """A network before it is built.

    Args:
        num_parameters: Number of parameters.
        flops: Floating-point operations of the forward pass of one example.
        rows: The layers in order: name, output shape, number of parameters.
    """

    num_parameters: int
    flops: int
    rows: tuple[tuple[str, tuple[int, ...], int], ...] = ()


def dominates(one: Point, other: Point) -> bool:
    """Whether ``one`` is nowhere worse than ``other``, and somewhere better."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def fronts(points: Sequence[Point]) -> list[int]:
    """The front of each point: 0 if no point dominates it, 1 if only those of front 0 do, etc.

    Source: Zhang et al., "An Efficient Approach to Nondominated Sorting for Evolutionary
    Multiobjective Optimization" (IEEE Transactions on Evolutionary Computation, 2015).
    """
    found = [0] * len(points)
    members: list[list[Point]] = []
    # In this order every point comes after all that dominate it.
    for at in sorted(range(len(points)), key=points.__getitem__):
        found[at] = _first_free(members, points[at])
        if found[at] == len(members):
            members.append([])
        members[found[at]].append(points[at])
    return found


def _first_free(members: Sequence[Sequence[Point]], point: Point) -> int:
    """Index of the first front without a member that dominates ``point``."""

    def is_free(front: Sequence[Point]) -> bool:
        # With two objectives, the last member of a front has its smallest second objective.
        rivals = front[-1:] if len(point) == 2 else front
        return not any(dominates(each, point) for each in reversed(rivals))

    return bisect_left(members, True, key=is_free)


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the study remembers it.

    Args:
        number: Number of the trial in its study.
        status: "complete", "pruned", "infeasible", "diverged", "failed", "paused", "running",
            "waiting" or "duplicate".
        objective: Value of the metric that ranks trials at the best step, or None.
        parameters: Parameter name -> value, in the order of drawing.
        reason: Why the trial ended so; empty for a complete one.
        seconds: Wall-clock seconds on a worker.
        device: Device it ran on: ``"cpu"``, ``"cuda:0"``.
        num_parameters: Number of parameters of its network, or None if it was never built.
        flops: Floating-point operations of the forward pass of one example, or None.
        epoch: Epochs trained.
        latency: Milliseconds that the network takes for one example on its worker, or None if never
            measured.
        origin: Configuration that it was started from: "trial 3 of cnn" (another study's), "entry 1
            of the portfolio"; empty for the baseline and what a sampler drew.
        loss: Validation loss at the best step, or None if it was not recorded.
    """

    number: int
    status: str
    objective: float | None
    parameters: Mapping[str, Value]
    reason: str = ""
    seconds: float = 0.0
    device: str = ""
    num_parameters: int | None = None
    flops: int | None = None
    epoch: float = 0.0
    latency: float | None = None
    origin: str = ""
    loss: float | None = None

    def cost(self, name: str) -> float | None:
        """A cost of the model, or None if unknown.

        Args:
            name: One of ``COSTS``: "latency" (milliseconds), "parameters" or "flops".
        """
        costs = {
            "latency": self.latency,
            "parameters": self.num_parameters,
            "flops": self.flops,
        }
        return costs[name]

    def beats(self, other: TrialRecord | None, maximize: bool) -> bool:
        """Whether it is better than ``other``: by its value, and of equal ones by its loss.

        Any value is better than none, and a known loss is better than an unknown one.
        """
        if self.objective is None:
            return False
        if other is None or other.objective is None:
            return True
        if self.objective == other.objective:
            return self.known_loss < other.known_loss
        return self.objective > other.objective if maximize else self.objective < other.objective

    @property
    def known_loss(self) -> float:
        """The loss; infinite if it was not recorded."""
        return inf if self.loss is None else self.loss


@dataclass(frozen=True)
class Reference:
    """A model that costs nothing, to compare the search's models with.

    Args:
        name: What it is, for people: ``"always 'no'"``, ``"a linear model"``.
        metrics: Its metrics on the validation split.
    """

    name: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class StudyRecord:
    """A study with all its trials, by number.

    Args:
        name: Name of the study.
        metric: Name of the first objective, which ranks trials.
        maximize: Whether a larger value is better.
        trials: All trials by number.
        minimize: Further objectives, from ``COSTS``; smaller is better.
        references: Models that cost nothing, with their metrics on validation.
    """

    name: str
    metric: str
    maximize: bool
    trials: tuple[TrialRecord, ...]
    minimize: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def best(self) -> TrialRecord | None:
        """The best trial that has weights."""
        return next(iter(self.ranked), None)

    @cached_property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """Complete and paused trials with a value, which can be exported, best first."""
        ready = [each for each in self.trials if each.status in ("complete", "paused")]
        return tuple(sorted((each for each in ready if each.objective is not None), key=self.rank))

    @cached_property
    def measured(self) -> tuple[TrialRecord, ...]:
        """Every trial with a finite value, best first; of equals, a complete one."""
        found = [
            each for each in self.trials if each.objective is not None and isfinite(each.objective)
        ]
        return tuple(sorted(found, key=self._rank_of_any))

    @cached_property
    def contenders(self) -> tuple[TrialRecord, ...]:
        """The trials that may be the final model, best first; empty while no trial is complete.

        They are the complete trials, and those pruned or paused that had measured more than the
        best of these: trained to their ends, they may be worth more still.
        """
        complete = [each for each in self.measured if each.status == "complete"]
        if not complete:
            return ()
        level = self.rank(complete[0])[0]
        stopped = self.having("pruned", "paused")
        ahead = {each.number for each in stopped if self.rank(each)[0] < level}
        return tuple(
            each for each in self.measured if each.status == "complete" or each.number in ahead
        )

    @cached_property
    def front(self) -> tuple[TrialRecord, ...]:
        """The Pareto front of the complete trials, the best metric first."""
        complete = [each for each in self.ranked if each.status == "complete"]
        placed = [(point, each) for each in complete if (point := self.point(each)) is not None]
        on = fronts([point for point, _ in placed])
        return tuple(each for (_, each), front in zip(placed, on, strict=True) if front == 0)

    def point(self, trial: TrialRecord) -> Point | None:
        """A trial's objectives, smaller is better; None if one of them is unknown."""
        if trial.objective is None:
            return None
        costs = [trial.cost(name) for name in self.minimize]
        known = [each for each in costs if each is not None]
        metric = -trial.objective if self.maximize else trial.objective
        return (metric, *known) if len(known) == len(costs) else None

    def compared(self) -> str:
        """The references beside the models, in words: ``"a linear model 0.9512"``; or ""."""
        known = [each for each in self.references if self.metric in each.metrics]
        return ", ".join(f"{each.name} {value(each.metrics[self.metric])}" for each in known)

    @property
    def unfinished(self) -> tuple[TrialRecord, ...]:
        """Trials that are running, or wait to continue."""
        return self.having(*UNFINISHED)

    def rank(self, trial: TrialRecord) -> tuple[float, float, int]:
        """A key that sorts the best trial first; of equals, the smaller loss, then the earlier."""
        value = trial.objective if trial.objective is not None else 0.0
        return (-value if self.maximize else value, trial.known_loss, trial.number)

    def _rank_of_any(self, trial: TrialRecord) -> tuple[float, bool, float, int]:
        """``rank``, but a complete trial comes before one of the same value that is not."""
        value, loss, number = self.rank(trial)
        return (value, trial.status != "complete", loss, number)

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
        """How many trials count towards the study's total, since they used a worker."""
        return self.count(*COUNTED)


def to_stored(value: DataclassInstance) -> dict[str, Any]:
    """A dataclass and the dataclasses in it as dicts, with the keys of files."""
    return asdict(value, dict_factory=_with_stored_keys)


def from_stored(kind: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass from a dict with the keys of files; other keys are left out."""
    return kind(**restored(kind, stored))


def restored(kind: type[DataclassInstance], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a dict with the keys of files holds of a dataclass, by the names of its fields."""
    keys = {each.name: KEYS.get(each.name, each.name) for each in fields(kind)}
    return {name: stored[key] for name, key in keys.items() if key in stored}


def _with_stored_keys(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {KEYS.get(name, name): value for name, value in items}
