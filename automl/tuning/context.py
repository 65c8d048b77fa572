"""The context of a search: all that is settled when it begins, and the watchers that follow it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.distributions import Suggest, Value
from automl.core.final import FinalProgress, FinalRecord
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Config, Measurement

if TYPE_CHECKING:
    from automl.store import StudyFolder
    from automl.tuning.plan import Plan


class DrawableSpace(Protocol):
    """A search space, as far as the search needs it."""

    @property
    def max_latency(self) -> float | None:
        """Latency limit in milliseconds for one example, or None."""

    def sample(self, suggest: Suggest) -> Config:
        """Draw a configuration.

        Raises:
            Infeasible: if the drawn values do not fit together.
        """

    def portfolio(self) -> Sequence[Mapping[str, Value]]:
        """The configurations that come before the sampler's, in their order."""


@dataclass(frozen=True)
class SearchContext:
    """One search as data: what its trials are made of, and what its watchers show.

    Args:
        plan: Plan of the study, with every default resolved.
        space: Search space that configurations are drawn from.
        datasets: Function that loads the dataset a configuration asks for.
        folder: Folder of the study.
        begun: The study as it was when this run of the search began.
        final: Final model that the study had then, or None.
        data: Dataset in words: ``"fashion_mini: 5,100 train, 900 validation, …"``.
        device: Workers in words: ``"2 CPU workers x 1 thread"``.
        slots: Number of trials that run at once.
        began: Time at which this run of the search began, by a clock that only goes forward.
        closing: Seconds in which the final model is measured and written at the end.
    """

    plan: Plan
    space: DrawableSpace
    datasets: Callable[[Config], Any]
    folder: StudyFolder
    begun: StudyRecord
    final: FinalRecord | None
    data: str
    device: str
    slots: int
    began: float = field(default_factory=time.monotonic)
    closing: float = 0.0

    @property
    def metric(self) -> str:
        """Name of the metric that ranks trials."""
        return self.begun.metric

    @property
    def maximize(self) -> bool:
        """Whether larger values of the metric are better."""
        return self.begun.maximize


@dataclass(frozen=True)
class SearchOutcome:
    """How a search ended.

    Args:
        study: The study with all its trials.
        reason: Why it ended: "done", "time limit", "interrupted", "exhausted", "shared" (other
            processes run the remaining trials), "unchanged" or "abandoned".
        seconds: Wall-clock seconds of this run.
        final: Final model of the study; None while there is none.
    """

    study: StudyRecord
    reason: str
    seconds: float
    final: FinalRecord | None = None

    @property
    def delivered(self) -> DeliveredModel | None:
        """The model that the study delivers; None while it has none."""
        return delivered_model(self.study, self.final)


class Watcher:
    """Follows a search. Each method does nothing unless a subclass overrides it; none may raise."""

    def announce(self, text: str) -> None:
        """Something that the user should know before the search begins."""

    def begin(self, context: SearchContext) -> None:
        """The search begins."""

    def start(self, trial: TrialRecord) -> None:
        """A trial went to a worker."""

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step."""

    def end(self, trial: TrialRecord) -> None:
        """A trial ended, or was found infeasible."""

    def pausing(self, reason: str) -> None:
        """Running trials pause at their next reporting step: "interrupted" or "time limit"."""

    def finalizing(self, progress: FinalProgress) -> None:
        """The final model is being made."""

    def finish(self, outcome: SearchOutcome) -> None:
        """The search ended."""
