"""A search under way, and the processes that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from broken import PATIENCE, Broken

# Stands in the environment of all that a search starts, with the process id of the campaign.
MARK = "AUTOML_FAULTS"
# Two idle agents of Ray end by themselves, but only about a minute after a driver was killed.
AGENTS = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")


@dataclass
class RunningSearch:
    """A search under way, as a process of its own."""

    process: subprocess.Popen[str]
    errors: Path

    def descendants(self, *names: str) -> list[int]:
        """The processes it started whose command line has one of these names."""
        return [pid for pid, line in marked() if any(name in line for name in names)]

    def wait(self, patience: float = PATIENCE) -> int:
        """Its exit code."""
        return self.process.wait(patience)

    def kill(self) -> None:
        """SIGKILL to its driver, and wait for its end."""
        self.process.kill()
        self.wait()

    def complaint(self) -> str:
        """What it said on standard error."""
        return self.errors.read_text(errors="replace")


def launch(root: Path, arguments: Sequence[str]) -> RunningSearch:
    """Run ``automl`` with these arguments in a folder, where its errors go to ``errors.txt``."""
    errors = root / "errors.txt"
    with errors.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "automl", *arguments],
            cwd=root,
            env={**os.environ, MARK: str(os.getpid()), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"},
            stdout=subprocess.DEVNULL,
            stderr=file,
            text=True,
            start_new_session=True,
        )
    return RunningSearch(process, errors)


def marked() -> Iterator[tuple[int, str]]:
    """Every process of this campaign, with its command line."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if f"{MARK}={os.getpid()}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield int(folder.name), line
        except OSError:
            continue  # gone meanwhile, or not ours to look at


def wait_for_none(seconds: float, but_for: tuple[str, ...] = ()) -> None:
    """See that no process is left after so many seconds, but for those with these names.

    Raises:
        Broken: if one is.
    """
    deadline = time.monotonic() + seconds
    while left := [line for _, line in marked() if not line.startswith(but_for or "\0")]:
        if time.monotonic() > deadline:
            raise Broken(f"processes left: {[line.strip() for line in left]}")
        time.sleep(0.2)
