"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what becomes ``path`` when the block ends; nothing does if it fails.

    The content is on the disk before it takes the name, and the name is before this returns: a
    power cut leaves the old file or the new one.

    Raises:
        OSError: if the folder cannot be written or the disk is full.
    """
    partial = partial_of(path)
    try:
        yield partial
        with partial.open("r+b") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_names(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def partial_of(path: Path) -> Path:
    """What a process that was killed while it wrote ``path`` leaves behind."""
    return path.with_name(f"{path.name}.partial")


def _sync_names(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
