"""Searches on a small folder, then on a large one with little more memory than that took.

Run with the space, the two folders, and the bytes that the second search may take.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from automl.cli import app


def search(space: str, folder: str) -> None:
    flags = ["--no-finalize", "--executor", "local", "--name", Path(folder).name]
    app(["search", space, "--data", folder, *flags], standalone_mode=False)


def taken() -> int:
    """Bytes of memory that are this process's own: no pages of a file that is only read."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData")) * 1024


space, small, large, more = sys.argv[1:]
search(space, small)
resource.setrlimit(resource.RLIMIT_DATA, (taken() + int(more),) * 2)
search(space, large)
sys.stdout.write(f"imported: {'ray' if 'ray' in sys.modules else 'no Ray'}\n")
