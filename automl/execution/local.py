"""Trials in this process, one after the other, without importing Ray."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from automl.core.errors import UserError
from automl.core.executor import Finished, MakeRunner, Measured
from automl.core.machine import count_cores
from automl.core.text import count
from automl.core.trial import Decision, TrialSpec
from automl.execution.queue import RunningTrial
from automl.execution.resources import Resources, Slots
from automl.execution.worker import Stepper, WorkerFailure

Step = Callable[[], Measured | Finished]


class LocalExecutor:
    """Runs one trial in this process, a reporting step per poll.

    Args:
        make_runner: Makes the runner, at the first step.
        resources: ``cpus_per_trial`` alone has a meaning here; the default is every core.

    Raises:
        UserError: more workers than one, a share of GPUs, or a cluster.
    """

    def __init__(self, make_runner: MakeRunner, resources: Resources) -> None:
        _refuse_what_needs_ray(resources)
        self._make_runner = make_runner
        self._slots = Slots(1, resources.cpus_per_trial or count_cores(), gpus=0)
        self._waiting: dict[int, Step] = {}
        self._trial: RunningTrial | None = None
        self._step: Step | None = None
        self._ended: list[Measured | Finished] = []

    @property
    def slots(self) -> int:
        """One."""
        return self._slots.count

    @property
    def device(self) -> str:
        """The slot in words: ``"this process x 2 threads"``."""
        return f"this process x {count(self._slots.threads, 'thread')}"

    @property
    def shares_memory(self) -> bool:
        """False: trials run one after the other."""
        return False

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        """Start a trial at the poll that finds no other one running."""
        self._waiting[spec.number] = partial(self._stepper.start, spec, data)

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` go on, or end, at the next poll."""
        self._step = partial(self._stepper.advance, self._find(number).number, decision)

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """Advance the trial one step; ``timeout`` is ignored, as nothing runs meanwhile."""
        if self._ended:
            ended, self._ended = self._ended, []
            return ended
        if self._trial is None and self._waiting:
            number = next(iter(self._waiting))
            self._trial, self._step = RunningTrial(number), self._waiting.pop(number)
        if self._trial is None or self._step is None:
            return []
        step, self._step = self._step, None
        return [self._take(step, self._trial)]

    def cancel(self, number: int, reason: str) -> None:
        """End trial ``number`` where it is suspended, or remove it from the queue.

        Raises:
            KeyError: no such trial is waiting or running.
        """
        if self._waiting.pop(number, None):
            trial = RunningTrial(number)
        else:
            trial = self._find(number)
            self._trial = self._step = None
            with suppress(Exception):  # its clean-up; it is lost as it is
                self._stepper.drop(number)
        self._ended.append(trial.end(WorkerFailure.lost(reason)))

    def close(self) -> None:
        """Drop all unfinished trials."""
        self._waiting.clear()
        self._ended.clear()
        self._trial = self._step = None
        self.__dict__.pop("_stepper", None)

    def _find(self, number: int) -> RunningTrial:
        if self._trial is None or self._trial.number != number:
            raise KeyError(f"no trial {number} is waiting or running")
        return self._trial

    def _take(self, step: Step, trial: RunningTrial) -> Measured | Finished:
        try:
            event = trial.note(step())
        except Exception as error:  # a runner should not let one out; it costs its trial alone
            event = trial.end(WorkerFailure.of_exception(error))
        if isinstance(event, Finished):
            self._trial = None
        return event

    @cached_property
    def _stepper(self) -> Stepper:
        return Stepper(self._make_runner(self._slots.threads))


def _refuse_what_needs_ray(resources: Resources) -> None:
    asked = {
        "workers": resources.workers not in (None, 1),
        "gpus_per_trial": resources.gpus_per_trial is not None,
        "address": resources.address is not None,
    }
    for name in (name for name, refused in asked.items() if refused):
        raise UserError(
            f"`{name}` (={getattr(resources, name)}) needs the executor 'ray'; "
            "'local' runs one trial at a time in this process"
        )
