"""This machine: the CPU cores that a process may use, and which of its processes still run."""

from __future__ import annotations

import math
import os
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
