"""Files that are there whole or not at all, and turns between the processes that write them."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


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
            _sync(partial)
        partial.replace(path)
        if durable:
            _sync(path.parent)
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


def _sync(path: Path) -> None:
    """Have a file's content, or a folder's list of names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
