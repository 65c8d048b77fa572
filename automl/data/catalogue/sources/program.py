"""Runs the package managers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from automl.core.errors import DataError

PATIENCE = 600.0  # seconds; a package manager gives up on a silent server long before


def run(command: Sequence[str], folder: Path, complaint: str) -> None:
    """Run a program to its end.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        complaint: What its lines about errors begin with: ``"ERROR: "``.

    Raises:
        DataError: It failed; the message is the last of its complaints.
        OSError: There is no such program.
        SubprocessError: It did not end in ten minutes.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        complaints = [line for line in lines if line.startswith(complaint)] or lines
        reason = complaints[-1] if complaints else f"it ended with {done.returncode}"
        raise DataError(reason.removeprefix(complaint))
