"""Ray itself: started for one search, or a running cluster. Importing this imports Ray."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ray

from automl.core.errors import UserError
from automl.core.machine import count_cores
from automl.execution.ray import QUIET
from automl.execution.resources import Resources, Slots, count_gpus, plan_slots

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
