"""Watchers follow a search: what they are told before, during and after it."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.final import FinalProgress, FinalRecord
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Measurement


@dataclass(frozen=True)
class SearchInfo:
    """What is known when a search begins.

    Args:
        study: Name of the study.
        space: Search space as the user named it.
        data: Dataset in words: ``"fashion_mini: 5,100 train, 900 validation, …"``.
        device: Workers in words: ``"2 CPU workers x 1 thread"``.
        trials: Total number of trials.
        done: Number of trials that earlier runs finished.
        epochs: Epochs of a full trial.
        steps: Reporting steps of a full trial.
        timeout: Seconds the search may take, or None.
        metric: Name of the metric that ranks trials.
        maximize: Whether larger values of the metric are better.
        slots: Number of trials that run at once.
        finalists: Number of trials that are refitted for the final model; 0 if none is made.
        seeds: Number of refits of each finalist.
        best: Best trial of earlier runs, or None.
        baseline: Trial 0, if an earlier run finished it.
        final: Final model, if an earlier run made it.
        minimize: Further objectives, of ``COSTS``.
    """

    study: str
    space: str
    data: str
    device: str
    trials: int
    done: int
    epochs: int
    steps: int
    timeout: float | None
    metric: str
    maximize: bool
    slots: int
    finalists: int = 0
    seeds: int = 0
    best: TrialRecord | None = None
    baseline: TrialRecord | None = None
    final: FinalRecord | None = None
    minimize: tuple[str, ...] = ()


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

    def begin(self, info: SearchInfo) -> None:
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
