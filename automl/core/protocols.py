"""The seams between the parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from automl.core.trial import Decision, Measurement, Trial, TrialResult, TrialSpec


class Runner(Protocol):
    """Runs trials on one worker; made once there, so what trials share is set up once."""

    def __call__(self, spec: TrialSpec, data: Any) -> Trial:
        """Start ``spec`` on ``data`` (the dataset itself). Never raises: failures are results."""


class MakeRunner(Protocol):
    """Makes a worker's runner, in the worker. Picklable by reference."""

    def __call__(self, threads: int) -> Runner:
        """A runner that uses ``threads`` CPU threads."""


@dataclass(frozen=True)
class Measured:
    """A trial took a reporting step and waits for a decision."""

    number: int
    measurement: Measurement


@dataclass(frozen=True)
class Finished:
    """A trial ended and its slot is free."""

    result: TrialResult


class Executor(Protocol):
    """Where trials run. Trials advance only when told to, one reporting step at a time."""

    @property
    def slots(self) -> int:
        """How many trials can run at once."""

    @property
    def device(self) -> str:
        """What the slots run on, in words: ``"2 CPU workers x 1 thread"``."""

    @property
    def shares_memory(self) -> bool:
        """Whether trials that run at once take memory from one another."""

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        """Start a trial on a free slot.

        Args:
            spec: The trial.
            data: The dataset; handed to each worker once, however many trials use it.
            alone: Wait until no other trial is on its device, and let none begin there meanwhile.
        """

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """What happened, waiting up to ``timeout`` seconds for the first event.

        A worker that died ends its trial as LOST, with the reason; as OUT_OF_MEMORY where it was
        ended for want of memory.
        """

    def answer(self, number: int, decision: Decision) -> None:
        """Decide on trial ``number``'s last measurement; every Measured gets one answer."""

    def cancel(self, number: int, reason: str) -> None:
        """End trial ``number`` now, wherever it is; a next poll has it as LOST, with ``reason``."""

    def close(self) -> None:
        """End all workers; nothing is left behind. Safe to call twice."""
