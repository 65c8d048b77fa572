"""How a PostgreSQL server of the tests' own is found and run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

PASSWORD = "s3cr3t-of-the-t3sts"
USER = "searcher"


def find_binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    plain = shutil.which("postgres")
    return found[-1].parent if found else Path(plain).parent if plain else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def as_somebody(command: list[str], folder: Path) -> None:
    """Run a command of the server's, which no administrator may run."""
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
