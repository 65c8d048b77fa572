"""The queue of an executor: waiting trials, running trials, and the workers they run on."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from automl.core.executor import Finished, Measured
from automl.core.trial import Measurement, TrialResult, TrialSpec
from automl.execution.worker import WorkerFailure, WorkerInfo


class RunningTrial:
    """A running trial with what it measured so far, kept where it outlives its worker.

    Args:
        number: Number of the trial.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._started = time.monotonic()
        self._measurements: list[Measurement] = []

    def note(self, event: Measured | Finished) -> Measured | Finished:
        """Keep the measurement of ``event``, and return the event."""
        if isinstance(event, Measured):
            self._measurements.append(event.measurement)
        return event

    def end(self, failure: WorkerFailure) -> Finished:
        """The result of a trial that failed without one of its own."""
        return Finished(
            TrialResult(
                number=self.number,
                status=failure.status,
                measurements=tuple(self._measurements),
                reason=failure.reason,
                seconds=time.monotonic() - self._started,
                violation=failure.violation,
            )
        )


@dataclass(eq=False)
class WorkerHandle:
    """A worker as the driver knows it, and the trial that it runs.

    Args:
        actor: Ray actor.
        info: Device and log file; None until the worker has started.
        holds: Keys of the datasets that it has.
        trial: Trial that it runs, or None.
        alone: Whether no other trial may run on its device meanwhile.
    """

    actor: Any
    info: WorkerInfo | None = None
    holds: set[int] = field(default_factory=set)
    trial: RunningTrial | None = None
    alone: bool = False

    @property
    def log(self) -> str | None:
        """File of the worker's standard error, once it has started."""
        return self.info.log if self.info else None

    def take(self, trial: RunningTrial, alone: bool) -> None:
        """Run a trial."""
        self.trial, self.alone = trial, alone

    def free(self) -> None:
        """Become free for the next trial."""
        self.trial, self.alone = None, False


@dataclass(frozen=True)
class WaitingTrial:
    """A trial that was submitted and has no worker yet.

    Args:
        spec: Spec of the trial.
        data: Dataset of the trial.
        alone: Whether no other trial may run on its device meanwhile.
    """

    spec: TrialSpec
    data: Any
    alone: bool = False


class TrialQueue:
    """First come, first served, except that a trial that must be alone gets a device to itself.

    It takes the device with the fewest trials, where none begins any more until those have ended
    and then it. Trials behind it go on with the other devices. So each trial starts at some time:
    the first in line waits for trials that run already and for no other.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, WaitingTrial] = {}  # by number, in order of arrival

    def add(self, waiting: WaitingTrial) -> None:
        """Append a trial."""
        self._waiting[waiting.spec.number] = waiting

    def remove(self, number: int) -> bool:
        """Remove trial ``number``; False if it does not wait here."""
        return self._waiting.pop(number, None) is not None

    @property
    def first(self) -> WaitingTrial | None:
        """The trial that has waited longest, or None."""
        return next(iter(self._waiting.values()), None)

    def pop(self, workers: Iterable[WorkerHandle]) -> tuple[WaitingTrial, WorkerHandle] | None:
        """The first trial that may start now, and its worker; None if there is none."""
        devices = _open_devices(workers)
        for number, waiting in self._waiting.items():
            worker = _claim_device(devices) if waiting.alone else _find_free(devices)
            if worker:
                return self._waiting.pop(number), worker
        return None


def _open_devices(workers: Iterable[WorkerHandle]) -> list[list[WorkerHandle]]:
    """The workers of each device that no trial has to itself."""
    devices: dict[tuple[str, ...], list[WorkerHandle]] = {}
    for worker in workers:
        if worker.info:
            devices.setdefault(worker.info.device, []).append(worker)
    return [each for each in devices.values() if not any(worker.alone for worker in each)]


def _claim_device(devices: list[list[WorkerHandle]]) -> WorkerHandle | None:
    """Reserve the device with the fewest trials; one of its workers if it is empty already."""
    if not devices:
        return None
    emptiest = min(devices, key=_count_trials)
    devices.remove(emptiest)
    return None if _count_trials(emptiest) else emptiest[0]


def _find_free(devices: list[list[WorkerHandle]]) -> WorkerHandle | None:
    return next((worker for workers in devices for worker in workers if not worker.trial), None)


def _count_trials(workers: list[WorkerHandle]) -> int:
    return sum(worker.trial is not None for worker in workers)
