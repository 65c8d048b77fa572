"""What a search tells whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automl.core.final import Final
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Measurement


@dataclass(frozen=True)
class Setting:
    """What is known when a search begins.

    Args:
        study: The study's name.
        space: The space as the user named it.
        data: The dataset in words: ``"fashion_mini: 5,100 train, 900 validation, …"``.
        device: What trials run on, in words.
        trials: The study's total.
        done: How many of them earlier runs finished.
        best: The best of them, or None.
        baseline: Trial 0, if an earlier run had it.
        final: How the final model was made, if an earlier run did.
        minimize: The further objectives, of ``COSTS``.
        epochs: Full length of a trial.
        steps: Reporting steps of a full trial.
        timeout: Seconds the search may take, or None.
        metric: The objective's name.
        maximize: Whether larger is better.
        slots: How many trials run at once.
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
    best: TrialRecord | None = None
    baseline: TrialRecord | None = None
    final: Final | None = None
    minimize: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a search ended: the study as it is now, and why it stopped.

    Args:
        study: Every trial.
        reason: "done", "time limit", "interrupted" or "exhausted".
        seconds: Wall-clock seconds of this run.
        final: How the study's final model was made; None while there is none.
    """

    study: StudyRecord
    reason: str
    seconds: float
    final: Final | None = None


class Watcher(Protocol):
    """Follows a search; must not raise."""

    def announce(self, text: str) -> None:
        """Something the user should know before the search begins."""

    def begin(self, setting: Setting) -> None:
        """The search begins."""

    def start(self, trial: TrialRecord) -> None:
        """A trial went to a worker."""

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step."""

    def end(self, trial: TrialRecord) -> None:
        """A trial ended, or was found infeasible."""

    def pausing(self) -> None:
        """The search was asked to stop; running trials come to their next reporting step."""

    def finalizing(self, done: float, total: int) -> None:
        """The final model is made: so many of so many trainings are done; a half is half of one."""

    def finish(self, outcome: Outcome) -> None:
        """The search ended."""


class Silent:
    """Watches without a word."""

    def announce(self, text: str) -> None:
        """Say nothing."""

    def begin(self, setting: Setting) -> None:
        """Say nothing."""

    def start(self, trial: TrialRecord) -> None:
        """Say nothing."""

    def measure(self, number: int, measurement: Measurement) -> None:
        """Say nothing."""

    def end(self, trial: TrialRecord) -> None:
        """Say nothing."""

    def pausing(self) -> None:
        """Say nothing."""

    def finalizing(self, done: float, total: int) -> None:
        """Say nothing."""

    def finish(self, outcome: Outcome) -> None:
        """Say nothing."""
