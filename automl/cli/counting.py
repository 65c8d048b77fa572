"""A count on the terminal for what takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Quick work shows nothing.
PATIENCE = 2.0


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told "done of total"; one line on the terminal, gone afterwards."""
    started = time.monotonic()
    width = 0

    def show(done: int, total: int) -> None:
        nonlocal width
        elapsed = time.monotonic() - started
        if elapsed < PATIENCE or not sys.stderr.isatty():
            return
        left = elapsed * (total - done) / done
        line = f"{done:,} of {total:,} {what}, about {left:.0f} s left"
        width = max(width, len(line))
        sys.stderr.write(f"\r{line:<{width}}")

    try:
        yield show
    finally:
        if width:
            sys.stderr.write(f"\r{'':<{width}}\r")
