"""Trials in this process, one after the other; nothing of Ray is imported."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from automl.core.errors import UserError
from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution import reasons
from automl.execution.curve import Curve
from automl.execution.machine import count_cores
from automl.execution.resources import Resources
from automl.execution.slots import Slots, several
from automl.execution.stepper import Stepper


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
        self._due: deque[tuple[Curve, Callable[[], Measured | Finished]]] = deque()
        self._curves: dict[int, Curve] = {}

    @property
    def slots(self) -> int:
        """One."""
        return self._slots.count

    @property
    def device(self) -> str:
        """What the slot runs on, in words: ``"this process x 2 threads"``."""
        return f"this process x {several(self._slots.threads, 'thread')}"

    def submit(self, spec: TrialSpec, data: Any) -> None:
        """Start a trial at the next poll."""
        curve = self._curves[spec.number] = Curve(spec.number)
        self._due.append((curve, partial(self._stepper.start, spec, data)))

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` go on, or end, at the next poll."""
        step = partial(self._stepper.advance, number, decision)
        self._due.append((self._curves[number], step))

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """Take the trial one step further; ``timeout`` has no say, for nothing runs meanwhile."""
        if not self._due:
            return []
        curve, step = self._due.popleft()
        try:
            event = curve.note(step())
        except Exception as error:  # a runner should not let one out; it costs its trial alone
            event = curve.failed(reasons.of_exception(error))
        if isinstance(event, Finished):
            del self._curves[curve.number]
        return [event]

    def close(self) -> None:
        """Drop what is unfinished."""
        self._due.clear()
        self._curves.clear()
        self.__dict__.pop("_stepper", None)

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
