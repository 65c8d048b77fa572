"""Reads many image files at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from automl.core.errors import DataError

T = TypeVar("T")


def read_files(
    paths: Sequence[Path], read: Callable[[Path], T], at_once: int
) -> Iterator[list[T | None]]:
    """What ``read`` makes of each file, in order, a chunk at a time; None where it cannot.

    Threads do it, for Pillow decodes outside Python's lock.

    Args:
        paths: What to read.
        read: Reads one, in any thread; raises DataError or OSError where it cannot.
        at_once: How many to a chunk; so many results are in memory.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        for start in range(0, len(paths), at_once):
            chunk = paths[start : start + at_once]
            yield list(pool.map(lambda path: _or_none(read, path), chunk))
    finally:  # an interrupt should not wait for the rest
        pool.shutdown(cancel_futures=True)


def _or_none(read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except (DataError, OSError):
        return None
