"""Which process a running trial belongs to, so that a dead one's trials are known at once."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_ZOMBIE = "Z"  # it has ended, and whoever started it has not asked how


def this_process() -> str:
    """This process as text: boot, process id, start time."""
    return _identity(os.getpid())


def is_alive(owner: str) -> bool:
    """Whether the process that wrote ``owner`` still runs on this machine."""
    pid = owner.split(":")[1] if owner.count(":") == 2 else ""
    return pid.isdigit() and _identity(int(pid)) == owner


def _identity(pid: int) -> str:
    """Empty for a process that has ended; another that got its number later differs."""
    try:
        if not _PROC.is_dir():  # no Linux: the number alone has to do
            os.kill(pid, 0)
            return f"-:{pid}:-"
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        # The name in brackets may hold spaces; behind it are the state and, as the 20th, the start.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == _ZOMBIE else f"{boot}:{pid}:{fields[19]}"
