"""Ctrl-C and SIGTERM: the first asks the search to stop, the second stops it now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Whoever sends SIGTERM, a cloud that takes a machine back or a scheduler, kills soon after. What a
# trial has not come to report by then goes on from its last checkpoint.
PATIENCE_AFTER_SIGTERM = 3.0
# What shells give for a program that Ctrl-C ended.
INTERRUPTED = 130


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Give an event that the first SIGINT or SIGTERM sets; the next one interrupts.

    Three seconds after a SIGTERM it is interrupted in any case.

    Raises:
        KeyboardInterrupt: inside the block, on the second signal.
    """
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        if number == signal.SIGTERM:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE_AFTER_SIGTERM)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.signal(each, handle) for each in signals]
    try:
        yield stop
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
