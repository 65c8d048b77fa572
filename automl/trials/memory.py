"""How much memory a process may hold, and what a trial that ran out of it would have needed."""

from __future__ import annotations

import errno
import os
import re
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

# How errors that have no class of their own say it: PyTorch's CPU allocators and C++; CUDA's
# runtime, cuBLAS and cuDNN.
_OF_HOST = re.compile(r"can't allocate memory|not enough memory|bad_alloc")

_OF_GPU = re.compile(r"CUDA error: out of memory|_ALLOC_FAILED")

_REQUEST = re.compile(r"allocate (?P<number>[\d.]+) (?P<unit>bytes|[KMGTP]iB)")

_UNITS = {"bytes": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50}

# The least that a trial counts as over: memory in pieces too small for it is short as well.
LEAST_VIOLATION = 0.01
# Where a container (cgroup v2) finds the most bytes it may hold: a number, or "max".
CONTAINER = Path("/sys/fs/cgroup/memory.max")
# Linux: pages of address space, and of those the ones in memory.
_PAGES = Path("/proc/self/statm")


@dataclass(frozen=True)
class Shortage:
    """Memory that was not there.

    Args:
        needed: Bytes that were held, and those that were asked for beside them.
        available: Bytes that there are in all.
    """

    needed: int
    available: int

    @property
    def violation(self) -> float:
        """How much too much was needed, relative to what there is; above 0."""
        return max((self.needed - self.available) / self.available, LEAST_VIOLATION)

    def __str__(self) -> str:
        return (
            f"out of device memory: needed about {_size(self.needed)}, "
            f"there are {_size(self.available)}"
        )


def shortage_behind(error: BaseException, device: torch.device) -> Shortage | None:
    """What was short on ``device`` when it raised ``error``, or None if it is about something else.

    Call it while the error is handled: what the trial held is still held then.
    """
    asked = _request(str(error))
    if _is_about_gpu(error):
        # The peak, as most of what a backward pass held is gone by the time its error is here.
        held = torch.cuda.max_memory_allocated(device)
        return Shortage(held + asked, torch.cuda.mem_get_info(device)[1])
    if _is_about_host(error):
        shortages = (Shortage(held + asked, limit) for held, limit in memory_limits())
        return max(shortages, key=lambda each: each.violation)
    return None


def is_about_memory(error: BaseException) -> bool:
    """Whether ``error`` is one of the many that say that there is not enough memory."""
    return _is_about_gpu(error) or _is_about_host(error)


def _is_about_gpu(error: BaseException) -> bool:
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_OF_GPU.search(str(error)))


def _is_about_host(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_OF_HOST.search(str(error)))


def _request(message: str) -> int:
    """The bytes that were asked for; 0 if the message does not say."""
    found = _REQUEST.search(message)
    return int(float(found["number"]) * 2 ** _UNITS[found["unit"]]) if found else 0


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


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
