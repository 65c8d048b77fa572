"""The base of all views of a search, and stopping a search with Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from automl.tuning.context import Watcher

# A SIGTERM, from a scheduler or a cloud that takes a machine back, is soon followed by a kill. What
# a trial has not reported by then is continued from its last checkpoint.
PATIENCE_AFTER_SIGTERM = 3.0
# Exit code of a program that was ended by Ctrl-C.
INTERRUPTED = 130


class Stop(threading.Event):
    """Set when a search is to stop.

    Attributes:
        by_ctrl_c: Whether the reason was Ctrl-C, which can be pressed again.
    """

    by_ctrl_c = False


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """An event that the first SIGINT or SIGTERM sets; the next one interrupts.

    Three seconds after a SIGTERM the block is interrupted in any case.

    Raises:
        KeyboardInterrupt: inside the block, on the second signal.
    """
    stop = Stop()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.by_ctrl_c = number == signal.SIGINT
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


class View(Watcher):
    """A watcher that may occupy the terminal; the base class prints nothing.

    Args:
        stop: Event that is set when the search is to stop.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def pausing_line(self, reason: str) -> str:
        """The message while the search ends, for the reason "interrupted" or "time limit"."""
        ends = "time is up" if reason == "time limit" else "stopping"
        again = " (Ctrl-C again stops now)" if self._stop.by_ctrl_c else ""
        return f"{ends}: running trials stop at their next reporting step{again}"

    def close(self) -> None:
        """Release the terminal; may be called twice."""
