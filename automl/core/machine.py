"""This machine: its CPU cores, its processes, and files that several of these write."""

from __future__ import annotations

import fcntl
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# A container's share of CPU time (cgroup v2): ``quota period``, in microseconds.
CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_PROC = Path("/proc")
_ZOMBIE = "Z"  # the process has ended, but its parent has not waited for it


def count_cores(quota: Path = CPU_QUOTA) -> int:
    """Number of CPU cores that this process may use, by its affinity and its container's quota.

    Args:
        quota: File with the quota.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, _granted(quota) or cores)


def _granted(quota: Path) -> int | None:
    """Number of cores that the quota grants, rounded up, or None if there is no limit."""
    try:
        time, period = quota.read_text().split()
    except (OSError, ValueError):
        return None
    return None if time == "max" else math.ceil(int(time) / int(period))


def this_process() -> str:
    """This process as a text of boot, process id and start time."""
    return _identity(os.getpid())


def is_alive(owner: str) -> bool:
    """Whether the process that wrote ``owner`` still runs on this machine."""
    pid = owner.split(":")[1] if owner.count(":") == 2 else ""
    return pid.isdigit() and _identity(int(pid)) == owner


def _identity(pid: int) -> str:
    """The text of a process, which no later process with its id has; empty if it has ended."""
    try:
        if not _PROC.is_dir():  # not Linux: the id alone must do
            os.kill(pid, 0)
            return f"-:{pid}:-"
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        # The name in brackets may hold spaces; after it come the state and, as field 20, the start.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == _ZOMBIE else f"{boot}:{pid}:{fields[19]}"


@contextmanager
def whole_file(path: Path, durable: bool = True) -> Iterator[Path]:
    """Write a file whole or not at all: under a temporary name beside it, then renamed.

    Args:
        path: The file; its folder must exist.
        durable: Whether the content is on the disk before it takes the name, and the name before
            this returns, so that a power cut leaves the old file or the new one.

    Yields:
        Where to write the content. Nothing is left of it if the block fails.

    Raises:
        OSError: if the file cannot be written; what was there stays.
    """
    partial = path.with_name(f".{path.name}.{threading.get_native_id()}")
    try:
        yield partial
        if durable:
            sync(partial)
        partial.replace(path)
        if durable:
            sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, in UTF-8, as ``write_bytes`` does."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, though a power cut may leave it empty.

    Raises:
        OSError: if it cannot be written; what was there stays.
    """
    with whole_file(path, durable=False) as partial:
        partial.write_bytes(content)


def remove_partial(path: Path) -> None:
    """Remove what processes that were killed while they wrote ``path`` have left."""
    for partial in path.parent.glob(f".{path.name}.*"):
        partial.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock between processes and threads; wait for whoever has it.

    The kernel holds it (``flock``) and drops it when the process dies, however that happens. A file
    that was left behind, or that is a link, stands in nobody's way.

    Args:
        path: The lock's file, made if missing; its content is never touched.
        waiting: Called once if another process has the lock.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Have a file's content, or a folder's list of names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
