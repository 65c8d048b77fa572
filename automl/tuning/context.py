"""The context of a search: all that is settled when it begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from automl.core.final import FinalRecord
from automl.core.records import StudyRecord
from automl.core.trial import Config
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    from automl.core.distributions import Suggest
    from automl.store import StudyFolder


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

    @property
    def metric(self) -> str:
        """Name of the metric that ranks trials."""
        return self.begun.metric

    @property
    def maximize(self) -> bool:
        """Whether larger values of the metric are better."""
        return self.begun.maximize
