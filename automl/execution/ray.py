"""Trials on Ray workers: one for each GPU or core, kept from trial to trial.

The first trials on CPUs do not wait for Ray: a worker without it runs them while Ray starts, in a
thread of its own. Importing this imports nothing of Ray.
"""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from automl.core.errors import UserError
from automl.core.executor import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution.first_worker import FirstWorker, hire_first_worker
from automl.execution.queue import RunningTrial, TrialQueue, WaitingTrial
from automl.execution.resources import Resources, Slots
from automl.execution.worker import WorkerFailure

if TYPE_CHECKING:
    from automl.execution.cluster import Pool

_MOMENT = 0.02  # seconds
_START_SECONDS = 10.0  # seconds
# Read by Ray when it is imported, and handed on to the processes it starts.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # The raylet's reports of dead workers are printed whatever `log_to_driver` says.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # A tip on a change to come, which the answer to it silences.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # Else Ray catches the driver's SIGTERM and prints a stack trace.
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",
}
# Options of ``ray.init``.
QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}


class RayExecutor:
    """Runs trials on persistent Ray workers. Returns at once: Ray starts in the background.

    If that start fails, the next call raises a UserError. If Ray dies, the running trials lose this
    attempt, and Ray is restarted a few times.

    Args:
        make_runner: Function that makes a worker's runner, called in the worker.
        resources: Resources to use; the default is every GPU, else every core.
        restarts: Number of times that a Ray which died is replaced.
    """

    def __init__(self, make_runner: MakeRunner, resources: Resources, *, restarts: int = 3) -> None:
        self._restarts = restarts
        self._queue = TrialQueue()
        self._ended: list[Measured | Finished] = []
        self._deaths = 0
        self._first = hire_first_worker(make_runner, resources)
        self._lifecycle = RayLifecycle(make_runner, resources, self._first)

    @property
    def slots(self) -> int:
        """Number of trials that can run at once."""
        return self._lifecycle.slots.count

    @property
    def device(self) -> str:
        """The workers in words: ``"2 CPU workers x 1 thread"``."""
        return str(self._lifecycle.slots)

    @property
    def shares_memory(self) -> bool:
        """True for several workers on CPUs, or on shares of GPUs."""
        return self._lifecycle.slots.shares_memory

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        """Queue a trial; it starts at the poll that finds a free worker."""
        self._queue.add(WaitingTrial(spec, data, alone))

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """The next events, waiting up to ``timeout`` seconds for the first of them.

        Raises:
            UserError: if no worker can start, Ray died too often, or its cluster is gone.
        """
        if self._ended:
            ended, self._ended = self._ended, []
            return ended
        if not self._first:
            return self._poll_ray(timeout)
        deadline = time.monotonic() + timeout
        events: list[Measured | Finished] = []
        while self._first and not events and time.monotonic() < deadline:
            events = self._poll_both(self._first)
        return events

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step, or end."""
        if self._first and self._first.runs(number):
            self._first.answer(number, decision)
        else:
            self._lifecycle.pool.answer(number, decision)

    def cancel(self, number: int, reason: str) -> None:
        """End trial ``number`` and its worker now, or remove it from the queue.

        Raises:
            KeyError: if no such trial is waiting or running.
        """
        failure = WorkerFailure.lost(reason)
        if self._queue.remove(number):
            self._ended.append(RunningTrial(number).end(failure))
        elif self._first and self._first.runs(number):
            self._ended.append(self._first.cancel(failure))
        else:
            self._ended.append(self._lifecycle.pool.cancel(number, failure))

    def close(self) -> None:
        """End the workers, and Ray if this process started it."""
        self._dismiss_first()
        self._lifecycle.close()

    def _poll_both(self, first: FirstWorker) -> list[Measured | Finished]:
        """The events of a moment, of the first worker and of Ray's, until those take over."""
        pool = self._lifecycle.wait_for_pool(0)
        if first.gone or (pool and any(worker.info for worker in pool.workers)):
            if not first.busy:
                self._dismiss_first()
        elif first.free:
            self._start_first(first)
        return first.poll(_MOMENT) + self._poll_ray(0)

    def _start_first(self, first: FirstWorker) -> None:
        waiting = self._queue.first
        if not waiting or waiting.alone:
            return
        if first.start(waiting):
            self._queue.remove(waiting.spec.number)
        else:
            self._dismiss_first()

    def _poll_ray(self, timeout: float) -> list[Measured | Finished]:
        deadline = time.monotonic() + timeout
        pool = self._lifecycle.wait_for_pool(timeout)
        if not pool:
            return []
        if death := pool.find_death():
            return self._start_anew(pool, death)
        while start := self._queue.pop(pool.workers):
            pool.start(*start)
        return pool.poll(max(0.0, deadline - time.monotonic()))

    def _dismiss_first(self) -> None:
        if self._first:
            self._first.close()
            self._first = None

    def _start_anew(self, pool: Pool, death: str) -> list[Measured | Finished]:
        self._deaths += 1
        if self._deaths > self._restarts:
            raise UserError(
                f"Ray died {self._deaths} times (the last time: {death}); go on with "
                "`automl resume`, or use the executor 'local'"
            )
        self._lifecycle.restart()
        return [*pool.end_all(WorkerFailure.lost(death))]


class RayLifecycle:
    """Starts Ray in a background thread, and restarts it; its errors are raised on use.

    Args:
        make_runner: Function that makes a worker's runner, called in the worker.
        resources: Resources to use.
        first: Worker that runs trials meanwhile, or None.
    """

    def __init__(
        self, make_runner: MakeRunner, resources: Resources, first: FirstWorker | None
    ) -> None:
        self._plan: Future[Slots] = Future()
        self._pool: Future[Pool] = Future()
        self._leave = Event()
        self._closing = Event()
        self._thread = Thread(target=self._keep, args=(make_runner, resources, first), daemon=True)
        self._thread.start()

    @property
    def slots(self) -> Slots:
        """The slots: as planned until the workers exist, then as they are."""
        return self._pool.result().slots if self._pool.done() else self._plan.result()

    @property
    def pool(self) -> Pool:
        """The workers; waits until they exist."""
        return self._pool.result()

    def wait_for_pool(self, timeout: float) -> Pool | None:
        """The workers, or None if they do not exist after ``timeout`` seconds."""
        wait([self._pool], timeout)
        return self._pool.result() if self._pool.done() else None

    def restart(self) -> None:
        """Replace this pool and its Ray by new ones; the old pool must no longer be used."""
        self._pool = Future()
        self._leave.set()

    def close(self) -> None:
        """End the workers, and Ray if this process started it."""
        self._closing.set()
        self._leave.set()
        # A Ray that is only now starting ends as soon as it is up, or with this process.
        self._thread.join(None if self._pool.done() else 1.0)

    def _keep(
        self, make_runner: MakeRunner, resources: Resources, first: FirstWorker | None
    ) -> None:
        """Start Ray and stay: its processes die with the thread that started them."""
        silence_ray()
        if first:
            self._plan.set_result(first.slots)
            first.wait_until_up(_START_SECONDS)  # on few cores they would hold each other up
        try:
            from automl.execution.cluster import (
                Pool,
                connected,  # imports Ray: most of a second
            )

            while not self._closing.is_set():
                with connected(resources, self._plan) as connection:
                    pool = Pool(make_runner, self._plan.result(), connection)
                    self._pool.set_result(pool)
                    self._leave.wait()
                    self._leave.clear()
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


def silence_ray() -> None:
    """Set the environment variables that Ray reads when it is first imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # In notebooks it asks for a package that shows what is not shown here.
    logging.getLogger("ray.widgets").setLevel(logging.WARNING)
