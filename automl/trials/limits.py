"""How much memory this process holds, and how much it may."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

# Where a container (cgroup v2) finds the most bytes it may hold: a number, or "max".
CONTAINER = Path("/sys/fs/cgroup/memory.max")
# Linux: pages of address space, and of those the ones in memory.
_PAGES = Path("/proc/self/statm")


def memory_limits(container: Path = CONTAINER) -> Iterator[tuple[int, int]]:
    """Each limit on this process: the bytes it holds of what is limited, and the limit."""
    addresses, resident = _held()
    yield resident, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield addresses, soft
    granted = _granted(container)
    if granted is not None:
        yield resident, granted


def _held() -> tuple[int, int]:
    """Bytes of address space, and bytes in memory; elsewhere than on Linux the most there were."""
    if sys.platform != "linux":
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most, most
    addresses, resident, *_ = map(int, _PAGES.read_text().split())
    page = os.sysconf("SC_PAGE_SIZE")
    return addresses * page, resident * page


def _granted(container: Path) -> int | None:
    """Bytes that ``container`` grants, or None where it sets no limit."""
    try:
        return int(container.read_text())
    except (OSError, ValueError):
        return None
