"""Ray itself: started for one search, or a cluster that runs already. Imported on use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import ray

from automl.core.errors import UserError
from automl.execution.connection import ClusterCall, Connection, call, find_dead_process
from automl.execution.machine import count_cores, count_gpus
from automl.execution.quiet import QUIET
from automl.execution.resources import Resources
from automl.execution.slots import Slots, plan_slots

_SMALLEST_STORE = 80 * 2**20  # Ray refuses less than 75 MiB
_LARGEST_STORE = 2 * 2**30  # and more than the memory of a container


@contextmanager
def connected(resources: Resources, plan: Future[Slots]) -> Iterator[Connection]:
    """Ray, up inside the ``with``; one that this process has already is left as it was.

    Args:
        resources: What to use, and where.
        plan: Answered as soon as the slots are known, which is mostly before Ray is up; left as
            it is when Ray is started anew.
    """
    borrowed = ray.is_initialized()
    try:
        yield _join(resources, plan) if borrowed or resources.address else _start(resources, plan)
    finally:
        if not borrowed:
            ray.shutdown()


def _start(resources: Resources, plan: Future[Slots]) -> Connection:
    """Start a Ray in which each slot is one CPU, whatever its threads: they are the worker's."""
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
    return Connection(cpus=1, find_death=find_dead_process)


def _join(resources: Resources, plan: Future[Slots]) -> Connection:
    """Share a cluster with others: a worker claims the cores it uses."""
    _check_reachable(resources.address or "auto")
    ray.init(address=resources.address, ignore_reinit_error=True, **QUIET)
    there = ray.cluster_resources()  # type: ignore[no-untyped-call]
    slots = plan_slots(resources, int(there.get("CPU", 1)), int(there.get("GPU", 0)))
    plan.set_result(slots)
    return Connection(slots.threads, ClusterCall(ray.get_runtime_context().gcs_address))


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
    """Bytes of shared memory to keep data in: half of what is free, taken only as data comes.

    Data beyond that goes to memory-mapped files on disk. None lets Ray use such files alone, as
    in a container whose shared memory is tiny.
    """
    try:
        half = shutil.disk_usage("/dev/shm").free // 2
    except FileNotFoundError:  # not Linux
        return None
    return min(half, _LARGEST_STORE) if half >= _SMALLEST_STORE else None
