"""Watchers follow a search: what they are told before, during and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.core.final import FinalProgress, FinalRecord
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Measurement

if TYPE_CHECKING:
    from automl.tuning.context import SearchContext


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
