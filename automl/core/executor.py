"""Protocols of running trials: an executor with its runners, and a source of trials for the loop.

The loop itself is in ``automl.execution``. It gives trials to workers, tries those again that run
out of memory or lose their worker, and ends those that hang or whose time is up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from automl.core.trial import Decision, Measurement, Trial, TrialResult, TrialSpec

# Seconds without a heartbeat after which a trial counts as hung: no batch takes that long.
STALL_SECONDS = 600.0

# Times that a trial may be lost without a new report in between. A trial that kills its process
# every time must not be retried for ever; one that makes progress may be.
MOST_LOSSES = 3


class Runner(Protocol):
    """Runs trials on one worker; made once per worker, so that trials share its setup."""

    def __call__(self, spec: TrialSpec, data: Any) -> Trial:
        """Start a trial. Never raises: a failure is a result.

        Args:
            spec: The trial.
            data: The dataset itself.
        """


class MakeRunner(Protocol):
    """Makes a worker's runner inside the worker; pickled by reference."""

    def __call__(self, threads: int) -> Runner:
        """A runner that uses ``threads`` CPU threads."""


@dataclass(frozen=True)
class Measured:
    """A trial did a reporting step and waits for a decision."""

    number: int
    measurement: Measurement


@dataclass(frozen=True)
class Finished:
    """A trial ended and its slot is free."""

    result: TrialResult


class Executor(Protocol):
    """Where trials run; a trial advances one reporting step for each decision it is sent."""

    @property
    def slots(self) -> int:
        """Number of trials that can run at once."""

    @property
    def device(self) -> str:
        """The devices in words: ``"2 CPU workers x 1 thread"``."""

    @property
    def shares_memory(self) -> bool:
        """Whether trials that run at once share the memory of one device."""

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        """Start a trial on a free slot.

        Args:
            spec: The trial.
            data: The dataset; sent to each worker once, however many trials use it.
            alone: Whether the trial waits until it has its device to itself, and keeps it so.
        """

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """The events since the last call, after waiting up to ``timeout`` seconds for the first.

        The trial of a worker that died is LOST, with the reason, or OUT_OF_MEMORY if the system
        ended the worker for lack of memory.
        """

    def answer(self, number: int, decision: Decision) -> None:
        """Answer the last measurement of trial ``number``; every Measured gets one answer."""

    def cancel(self, number: int, reason: str) -> None:
        """End trial ``number`` now; a later poll reports it as LOST, with ``reason``."""

    def close(self) -> None:
        """End all workers and release their resources. Safe to call twice."""


@dataclass(frozen=True)
class TimeLimits:
    """How long a trial may take, in seconds.

    Args:
        trial: Seconds of training and validation in all, or None for no limit.
        stall: Seconds without a heartbeat.
    """

    trial: float | None = None
    stall: float = STALL_SECONDS

    def exceeded(self, seconds: float) -> str:
        """Reason to stop a trial that has taken ``seconds``, or ""."""
        if self.trial is None or seconds < self.trial:
            return ""
        return f"over its time: {seconds:.0f} s, and --trial-timeout is {self.trial:g} s"


class TrialSource(Protocol):
    """Gives trials to a loop, decides how they continue, and is told how they end."""

    @property
    def stopping(self) -> bool:
        """Whether no trial begins any more, and running ones pause at their next report."""

    @property
    def overdue(self) -> bool:
        """Whether running trials are not waited for any longer."""

    def next(self) -> TrialSpec | None:
        """The next trial for a free slot; None if there is none now."""

    def begin(self, spec: TrialSpec) -> Any:
        """An attempt at a trial goes to a worker.

        Args:
            spec: Spec of the attempt, which may split batches that the trial's own does not.

        Returns:
            The dataset that the trial is trained on.
        """

    def measure(self, event: Measured) -> None:
        """A trial reported, and waits for a decision."""

    def decisions(self) -> Iterable[tuple[int, Decision]]:
        """The decisions that are due, each with its trial's number; each is given once."""

    def lose(self, number: int) -> int:
        """Count that a trial was lost with its worker.

        Returns:
            Number of losses since the trial's last new report.
        """

    def end(self, spec: TrialSpec, result: TrialResult) -> None:
        """A trial ended; ``spec`` is that of its last attempt."""

    def heartbeat(self, number: int) -> float | None:
        """Time of a trial's last heartbeat, by its machine's clock; None before the first."""


# Runs the trials of a source to their ends, within time limits for each of them.
RunTrials = Callable[[TrialSource, TimeLimits], None]
