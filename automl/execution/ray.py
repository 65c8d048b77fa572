"""Trials on Ray workers: one for each GPU or core, kept from trial to trial."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from automl.core.errors import UserError
from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution import endings
from automl.execution.curve import Curve
from automl.execution.keeper import Keeper
from automl.execution.queue import Queue, Waiting
from automl.execution.resources import Resources

if TYPE_CHECKING:
    from automl.execution.pool import Pool

_RESTARTS = 3


class RayExecutor:
    """Runs trials on persistent Ray workers. Returns at once: Ray starts in the background.

    What goes wrong in that start is raised as UserError by the next call. A Ray that dies costs
    the running trials this attempt, and is started anew a few times.

    Args:
        make_runner: Makes a worker's runner, in the worker.
        resources: What to use; the default is every GPU, else every core.
    """

    def __init__(self, make_runner: MakeRunner, resources: Resources) -> None:
        self._queue = Queue()
        self._ended: list[Measured | Finished] = []
        self._deaths = 0
        self._keeper = Keeper(make_runner, resources)

    @property
    def slots(self) -> int:
        """How many trials can run at once."""
        return self._keeper.slots.count

    @property
    def device(self) -> str:
        """What the slots run on, in words: ``"2 CPU workers x 1 thread"``."""
        return str(self._keeper.slots)

    @property
    def shares_memory(self) -> bool:
        """True for several workers on CPUs, or on shares of GPUs."""
        return self._keeper.slots.shares_memory

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        """Start a trial as soon as a poll finds a worker for it, up and free."""
        self._queue.add(Waiting(spec, data, alone))

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """What happened, waiting up to ``timeout`` seconds for the first event.

        Raises:
            UserError: no worker could start, Ray died too often, or its cluster is gone.
        """
        if self._ended:
            ended, self._ended = self._ended, []
            return ended
        deadline = time.monotonic() + timeout
        pool = self._keeper.wait_for_pool(timeout)
        if not pool:
            return []
        if death := pool.find_death():
            return self._start_anew(pool, death)
        while start := self._queue.pop(pool.seats):
            pool.start(*start)
        return pool.poll(max(0.0, deadline - time.monotonic()))

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step, or end."""
        self._keeper.pool.answer(number, decision)

    def cancel(self, number: int, reason: str) -> None:
        """End trial ``number`` and its worker now, whatever it does; or take it off the queue.

        Raises:
            KeyError: no such trial is waiting or running.
        """
        ending = endings.lost(reason)
        if self._queue.remove(number):
            self._ended.append(Curve(number).end(ending))
        else:
            self._ended.append(self._keeper.pool.cancel(number, ending))

    def close(self) -> None:
        """End the workers, and Ray if it was started here."""
        self._keeper.close()

    def _start_anew(self, pool: Pool, death: str) -> list[Measured | Finished]:
        self._deaths += 1
        if self._deaths > _RESTARTS:
            raise UserError(
                f"Ray died {self._deaths} times (the last time: {death}); go on with "
                "`automl resume`, or use the executor 'local'"
            )
        self._keeper.restart()
        return [*pool.end_all(endings.lost(death))]
