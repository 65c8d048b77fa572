"""The interface of trackers, and what they are told of a trial."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from automl.core.distributions import Value
from automl.core.trial import Measurement


@dataclass(frozen=True)
class TrackedTrial:
    """A trial that is tracked.

    Args:
        study: The study's name.
        number: Number of the trial in the study.
        parameters: Parameters of the trial by name: ``"optimizer.adamw.lr"``.
        setting: Settings that all trials share: space, data, seed, epochs.
        metric: Name of the metric that ranks trials.
        folder: Folder with the files of the trial.
    """

    study: str
    number: int
    parameters: Mapping[str, Value]
    setting: Mapping[str, Value]
    metric: str
    folder: Path


@dataclass(frozen=True)
class TrialEnd:
    """How a tracked trial ended.

    Args:
        status: "complete", "pruned", "infeasible", "diverged", "failed" or "paused", which
            continues later.
        reason: Reason of the status; empty for a complete trial.
        value: Objective at the best step, or None.
        size: Number of parameters of the network, or None if it was never built.
        flops: FLOPs of the forward pass of one example, or None.
        seconds: Wall-clock seconds that it occupied a worker.
        artifacts: Pictures (.png) and tables (.csv) of the trial.
    """

    status: str
    reason: str = ""
    value: float | None = None
    size: int | None = None
    flops: int | None = None
    seconds: float = 0.0
    artifacts: tuple[Path, ...] = ()


class TrialTracker(ABC):
    """The record of one trial in a tracker."""

    @abstractmethod
    def measure(self, measurement: Measurement) -> None:
        """Record a reporting step; each comes once, in order."""

    @abstractmethod
    def end(self, ending: TrialEnd) -> None:
        """Record how the trial ended, and close everything; nothing comes after it."""


class Tracker(ABC):
    """Software that also records trials; its constructor checks that it can be used.

    Its methods and those of its trials are called in one thread; they may take long and raise.

    Raises:
        MissingPackage: if its library is not installed.
        UserError: if it cannot be used for another reason.
    """

    @abstractmethod
    def begin(self, trial: TrackedTrial) -> TrialTracker:
        """Start to track a trial; a continued one reports all its steps again."""

    @abstractmethod
    def abandon(self) -> None:
        """Drop everything at once, so that nothing delays the end of the program."""

    @staticmethod
    @abstractmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """A command that shows what is below ``trials``, and its purpose; None without any."""


def read_table(file: Path) -> tuple[list[str], list[list[str]]]:
    """The columns and the rows of a .csv file."""
    with file.open(encoding="utf-8", newline="") as lines:
        columns, *rows = csv.reader(lines)
    return columns, rows
