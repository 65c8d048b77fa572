"""Trials on Ray workers: one for each GPU or core, kept from trial to trial."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from automl.core.errors import UserError
from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution.quiet import silence_ray
from automl.execution.resources import Resources
from automl.execution.slots import Slots

if TYPE_CHECKING:
    from automl.execution.pool import Pool


class RayExecutor:
    """Runs trials on persistent Ray workers. Returns at once: Ray starts in the background.

    What goes wrong in that start is raised as UserError by the next call.

    Args:
        make_runner: Makes a worker's runner, in the worker.
        resources: What to use; the default is every GPU, else every core.
    """

    def __init__(self, make_runner: MakeRunner, resources: Resources) -> None:
        self._waiting: deque[tuple[TrialSpec, Any]] = deque()
        self._plan: Future[Slots] = Future()
        self._pool: Future[Pool] = Future()
        self._closing = Event()
        self._keeper = Thread(target=self._keep_ray, args=(make_runner, resources), daemon=True)
        self._keeper.start()

    @property
    def slots(self) -> int:
        """How many trials can run at once."""
        return self._places().count

    @property
    def device(self) -> str:
        """What the slots run on, in words: ``"2 CPU workers x 1 thread"``."""
        return str(self._places())

    def submit(self, spec: TrialSpec, data: Any) -> None:
        """Start a trial, as soon as a worker is up and free."""
        self._waiting.append((spec, data))
        if self._pool.done():
            self._fill(self._pool.result())

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """What happened, waiting up to ``timeout`` seconds for the first event."""
        deadline = time.monotonic() + timeout
        wait([self._pool], timeout)
        if not self._pool.done():
            return []
        pool = self._pool.result()
        self._fill(pool)
        events = pool.poll(max(0.0, deadline - time.monotonic()))
        self._fill(pool)
        return events

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step, or end."""
        self._pool.result().answer(number, decision)

    def close(self) -> None:
        """End the workers, and Ray if it was started here."""
        self._closing.set()
        # A Ray that is only now starting ends as soon as it is up, or with this process.
        self._keeper.join(None if self._pool.done() else 1.0)

    def _places(self) -> Slots:
        return self._pool.result().slots if self._pool.done() else self._plan.result()

    def _fill(self, pool: Pool) -> None:
        while self._waiting and pool.has_room:
            pool.start(*self._waiting.popleft())

    def _keep_ray(self, make_runner: MakeRunner, resources: Resources) -> None:
        """Start Ray, and stay: its processes die with the very thread that started them."""
        silence_ray()
        try:
            from automl.execution.cluster import connected  # imports Ray: most of a second
            from automl.execution.pool import Pool

            with connected(resources, self._plan) as cpus:
                pool = Pool(make_runner, self._plan.result(), cpus)
                self._pool.set_result(pool)
                self._closing.wait()
                pool.close()
        except BaseException as error:  # Ray exits in places, and somebody waits for an answer
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        told = error
        if not isinstance(error, UserError):
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            told = UserError(f"Ray did not start: {first}; the executor 'local' does without")
        for awaited in (self._plan, self._pool):
            if not awaited.done():
                awaited.set_exception(told)
