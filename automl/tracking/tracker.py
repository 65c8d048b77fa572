"""What every tracker is, and what it is told of a trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from automl.core.distributions import Value
from automl.core.trial import Measurement


@dataclass(frozen=True)
class Tracked:
    """A trial that is tracked.

    Args:
        study: The study's name.
        number: The trial's number in it.
        parameters: What was drawn, by the names that people read: ``"optimizer.adamw.lr"``.
        setting: What all trials of the study share: space, data, seed, epochs.
        metric: The objective's name: which of the measured metrics ranks trials.
        folder: Where the trial's files are.
    """

    study: str
    number: int
    parameters: Mapping[str, Value]
    setting: Mapping[str, Value]
    metric: str
    folder: Path


@dataclass(frozen=True)
class Ending:
    """How a tracked trial ended.

    Args:
        status: "complete", "pruned", "infeasible", "diverged", "failed" or "paused", which goes on
            later.
        reason: Why it ended so; empty for a complete one.
        value: The objective at its best step, or None.
        size: Number of weights of its network, or None if it was never built.
        flops: Floating-point operations of one example's forward pass, or None.
        seconds: Wall-clock seconds it held a worker.
        artifacts: Pictures (.png) and tables (.csv) of it, for people.
    """

    status: str
    reason: str = ""
    value: float | None = None
    size: int | None = None
    flops: int | None = None
    seconds: float = 0.0
    artifacts: tuple[Path, ...] = ()


class Track(ABC):
    """What a tracker keeps of one trial."""

    @abstractmethod
    def measure(self, measurement: Measurement) -> None:
        """Take a reporting step; each comes once, in order."""

    @abstractmethod
    def end(self, ending: Ending) -> None:
        """Take how the trial ended, and close what is open; nothing comes after it."""


class Tracker(ABC):
    """Software that trials are also shown in; to make one is to check that it can be used.

    Its methods, and those of its tracks, are called in one thread, and may take long and raise.

    Raises:
        MissingPackage: if its library is not installed.
        UserError: if it cannot be used for another reason.
    """

    @abstractmethod
    def begin(self, trial: Tracked) -> Track:
        """Track a trial; one that was tracked before goes on, and hands up all its steps again."""

    @abstractmethod
    def abandon(self) -> None:
        """Let go of everything at once, so that nothing of it holds up the end of the program."""

    @staticmethod
    @abstractmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """The command to type next, and what it is for, if there is something below ``trials``."""
