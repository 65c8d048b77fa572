"""What an executor is, and the runners that it runs trials with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from automl.core.trial import Decision, Measurement, Trial, TrialResult, TrialSpec


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
