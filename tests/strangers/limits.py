"""Bounds on what reading a stranger's file may take."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from patience import PATIENCE

GIGABYTE = 1 << 30
SIGNALS = (signal.SIGPROF, signal.SIGALRM)


class TooSlow(BaseException):
    """No ``except Exception`` swallows it."""


@contextmanager
def bounded(seconds: float, memory: int = 2 * GIGABYTE) -> Iterator[None]:
    """Run the block with so much processor time, and so many bytes more than there are already.

    What does not compute but waits has the time that every test has.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = [signal.signal(each, _too_slow) for each in SIGNALS]
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        for each, handler in zip(SIGNALS, before, strict=True):
            signal.signal(each, handler)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
