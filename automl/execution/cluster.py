"""Ray, started for one search or a running cluster, and its workers. Importing this imports Ray."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from automl.core.errors import UserError
from automl.core.executor import Finished, MakeRunner, Measured
from automl.core.machine import count_cores
from automl.core.trial import Decision
from automl.execution.queue import RunningTrial, WaitingTrial, WorkerHandle
from automl.execution.ray import QUIET
from automl.execution.resources import Resources, Slots, count_gpus, plan_slots
from automl.execution.worker import Worker, WorkerFailure, lost_node

_SMALLEST_STORE = 80 * 2**20  # Ray refuses less than 75 MiB

_LARGEST_STORE = 2 * 2**30  # and more than the memory of a container
_VITAL = ("raylet", "gcs_server")  # without one of them Ray does nothing, and soon ends the driver
_SECONDS_BETWEEN_CALLS = 2.0


@contextmanager
def connected(resources: Resources, plan: Future[Slots]) -> Iterator[RayConnection]:
    """Connect to Ray inside the ``with``; a Ray that this process uses already is left running.

    Args:
        resources: Resources to use.
        plan: Future that is given the slots as soon as they are known, mostly before Ray has
            started; unchanged when Ray is restarted.
    """
    borrowed = ray.is_initialized()
    try:
        yield _join(resources, plan) if borrowed or resources.address else _start(resources, plan)
    finally:
        if not borrowed:
            ray.shutdown()


def _start(resources: Resources, plan: Future[Slots]) -> RayConnection:
    """Start Ray with one CPU per slot; the worker itself sets its number of threads."""
    gpus = count_gpus()
    if not plan.done():
        plan.set_result(plan_slots(resources, count_cores(), gpus))
    ray.init(
        address="local",
        num_cpus=plan.result().count,
        num_gpus=gpus,
        object_store_memory=_store_size(),
        include_dashboard=False,
        **QUIET,
    )
    return RayConnection(cpus=1, find_death=find_dead_process)


def _join(resources: Resources, plan: Future[Slots]) -> RayConnection:
    """Join a cluster that others use too: a worker claims the cores it uses."""
    _check_reachable(resources.address or "auto")
    ray.init(address=resources.address, ignore_reinit_error=True, **QUIET)
    there = ray.cluster_resources()  # type: ignore[no-untyped-call]
    slots = plan_slots(resources, int(there.get("CPU", 1)), int(there.get("GPU", 0)))
    plan.set_result(slots)
    return RayConnection(slots.threads, ClusterCall(ray.get_runtime_context().gcs_address))


def _check_reachable(address: str) -> None:
    host_and_port = address.rpartition("/")[2]
    host, _, port = host_and_port.rpartition(":")
    if not port.isdecimal() or not host:
        return  # "auto", or for Ray to judge
    try:
        call(host_and_port)
    except OSError as error:
        raise UserError(
            f"no Ray cluster answers at {address!r} ({error}); start one with `ray start --head`"
        ) from error


def _store_size() -> int | None:
    """Bytes of shared memory for data: half of what is free, allocated only as data comes.

    More data goes to memory-mapped files on disk. None makes Ray use only such files, as in a
    container with little shared memory.
    """
    try:
        half = shutil.disk_usage("/dev/shm").free // 2
    except FileNotFoundError:  # not Linux
        return None
    return min(half, _LARGEST_STORE) if half >= _SMALLEST_STORE else None


@dataclass(frozen=True)
class RayConnection:
    """A running Ray.

    Args:
        cpus: Number of Ray's CPUs that a worker claims.
        find_death: Tells in words what of Ray has died, if anything. Asked before Ray is, which
            ends this very process when it finds out by itself. Raises UserError where the
            Ray is not ours to start anew.
    """

    cpus: int
    find_death: Callable[[], str | None]


def find_dead_process() -> str | None:
    """Which process of the Ray started here has died: ``"Ray's raylet process died"``."""
    import ray._private.worker as driver  # there is no public way to ask

    node: Any = driver._global_node
    dead = {kind for kind, _ in node.dead_processes()}
    return next((f"Ray's {kind} process died" for kind in _VITAL if kind in dead), None)


class ClusterCall:
    """Checks from time to time that the head of a cluster still responds.

    Args:
        address: Address of its control store, as ``host:port``.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._due = 0.0

    def __call__(self) -> None:
        """Check it, unless the last check was a moment ago.

        Raises:
            UserError: if it does not respond.
        """
        if time.monotonic() < self._due:
            return
        try:
            call(self._address)
        except OSError as error:
            raise UserError(
                f"the Ray cluster at {self._address!r} is gone ({error}); start it again with "
                "`ray start --head`, then go on with `automl resume`"
            ) from error
        self._due = time.monotonic() + _SECONDS_BETWEEN_CALLS


def call(address: str) -> None:
    """Check that a server listens at ``host:port``, which would take Ray minutes.

    Raises:
        OSError: if none does.
    """
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()


class Pool:
    """Workers that run trials; each reporting step is one call of a worker.

    Args:
        make_runner: Function that makes a worker's runner, called in the worker.
        slots: Number of workers, and what each may use.
        connection: Ray that they run on.

    Attributes:
        slots: Number of workers that there are now, and what each may use.
        workers: The workers, including those that have not started yet.
        find_death: Function of the connection that tells what of Ray has died.
    """

    def __init__(self, make_runner: MakeRunner, slots: Slots, connection: RayConnection) -> None:
        self.slots = slots
        self.find_death = connection.find_death
        self.workers: list[WorkerHandle] = []
        # Ray would repeat a lost call, which would report twice: the search itself retries.
        self._actor = ray.remote(Worker).options(
            num_cpus=connection.cpus, num_gpus=slots.gpus, max_restarts=0, max_task_retries=0
        )
        self._arguments = (make_runner, slots.threads, slots.gpus > 0)
        self._calls: dict[ray.ObjectRef[Any], WorkerHandle] = {}
        self._datasets = SharedDatasets()
        self._refusal = ""
        for _ in range(slots.count):
            self._hire()

    def start(self, waiting: WaitingTrial, worker: WorkerHandle) -> None:
        """Start a trial on a free worker."""
        worker.take(RunningTrial(waiting.spec.number), waiting.alone)
        key = self._datasets.hand_over(waiting.data, self.workers)
        self._calls[worker.actor.start.remote(waiting.spec, key)] = worker

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step."""
        worker, _ = self._find(number)
        self._calls[worker.actor.advance.remote(number, decision)] = worker

    def cancel(self, number: int, failure: WorkerFailure) -> Finished:
        """End trial ``number`` and its worker, which may no longer respond."""
        worker, trial = self._find(number)
        self._replace(worker)
        return trial.end(failure)

    def end_all(self, failure: WorkerFailure) -> list[Finished]:
        """End all running trials."""
        return [worker.trial.end(failure) for worker in self.workers if worker.trial]

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """The next events, waiting up to ``timeout`` seconds for the first of them.

        Raises:
            UserError: no worker could start.
        """
        if not self.workers:
            raise UserError(f"no worker could start: {self._refusal}")
        events = [self._collect(call) for call in self._returned(timeout)]
        return [event for event in events if event]

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers:
            ray.kill(worker.actor)
        self._calls.clear()

    def _find(self, number: int) -> tuple[WorkerHandle, RunningTrial]:
        for worker in self.workers:
            if worker.trial and worker.trial.number == number:
                return worker, worker.trial
        raise KeyError(f"no trial {number} is waiting or running")

    def _returned(self, timeout: float) -> list[ray.ObjectRef[Any]]:
        if not self._calls:
            return []
        first, others = ray.wait(list(self._calls), num_returns=1, timeout=timeout)
        if not first or not others:
            return first
        also, _ = ray.wait(others, num_returns=len(others), timeout=0)
        return first + also

    def _collect(self, call: ray.ObjectRef[Any]) -> Measured | Finished | None:
        worker = self._calls.pop(call)
        try:
            outcome = ray.get(call)
        except RayError as error:
            if worker.trial:
                return self._fail(worker, worker.trial, error)
            self._miss(worker, error)
            return None
        if not worker.trial:  # it has started
            worker.info = outcome
            return None
        event = worker.trial.note(outcome)
        if isinstance(event, Finished):
            worker.free()
        return event

    def _fail(self, worker: WorkerHandle, trial: RunningTrial, error: RayError) -> Finished:
        if isinstance(error, RayTaskError):  # it came out of the trial; the worker lives on
            worker.free()
            return trial.end(WorkerFailure.of_exception(error.cause))
        self._replace(worker)
        return trial.end(WorkerFailure.of_death(str(error), worker.log))

    def _miss(self, worker: WorkerHandle, error: RayError) -> None:
        """Continue without a worker that cannot start, as long as there are others."""
        if lost_node(str(error)):  # it was sent to a node that was already gone
            self._replace(worker)
            return
        self._dismiss(worker)
        self.slots = replace(self.slots, count=len(self.workers))
        self._refusal = str(error).strip().splitlines()[-1]

    def _replace(self, worker: WorkerHandle) -> None:
        self._dismiss(worker)
        self._hire()

    def _dismiss(self, worker: WorkerHandle) -> None:
        self.workers.remove(worker)
        self._calls = {call: caller for call, caller in self._calls.items() if caller is not worker}
        ray.kill(worker.actor)  # one that is merely out of reach must not come back

    def _hire(self) -> None:
        worker = WorkerHandle(self._actor.remote(*self._arguments))
        self.workers.append(worker)
        self._calls[worker.actor.info.remote()] = worker


class SharedDatasets:
    """Hands what trials were submitted with to every worker, by way of Ray's object store.

    The one copy there is the workers', whose arrays lie in it. This process lets go of it once it
    is sent: of what is held here Ray tries a rescue when its own processes end, and as that must
    fail without them it ends this process too.
    """

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}  # holding the data keeps the id its own

    def hand_over(self, data: Any, workers: Sequence[WorkerHandle]) -> int:
        """See that each worker holds ``data``, and tell the key that they know it by."""
        key = id(data)
        self._known[key] = data
        if not all(key in worker.holds for worker in workers):
            stored = ray.put(data)
            for worker in workers:
                worker.actor.keep.remote(key, stored)
                worker.holds.add(key)
        return key
