"""A disk so small that it can be filled up in a moment."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISK = 48 * 2**20  # bytes


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder of its own, on a small disk where one may be mounted; and whether it is."""
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(root)]
    mounted = shutil.which("mount") is not None and not subprocess.call(
        mount, stderr=subprocess.DEVNULL
    )
    try:
        yield root, mounted
    finally:
        if mounted:
            subprocess.call(["umount", "--lazy", str(root)])  # idle agents may be in it
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def no_room(folder: Path, spare: int) -> Iterator[None]:
    """While it lasts, a file takes all the room on the folder's disk but ``spare`` bytes."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            free = shutil.disk_usage(folder).free
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, max(1, free - spare))
        yield
    finally:
        ballast.unlink(missing_ok=True)
