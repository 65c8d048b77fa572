"""The command line as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from patience import PATIENCE

COMMAND = (sys.executable, "-m", "automl")

# Small enough for a test, with everything a study has: depth, a choice, a limit, a baseline.
TINY = """\
task: image_classification
data: digits
network:
  - flatten
  - stage: dense
    repeat: {low: 1, high: 2}
    layers:
      - dense: {units: {choices: [16, 32]}}
      - activation: {choices: [relu, tanh], shared: true}
training:
  epochs: 2
  batch_size: 64
  optimizer: {adamw: {lr: {low: 1e-3, high: 1e-2, log: true}}}
search: {trials: 3}
baseline: {dense.repeat: 1}
"""

# Long enough for somebody to press Ctrl-C.
LONG = TINY.replace("epochs: 2", "epochs: 400").replace("trials: 3", "trials: 2")


def environment() -> dict[str, str]:
    """The test's own, with one thread a process and no colour."""
    one_thread = {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "100"}
    return {**os.environ, **one_thread, "PYTHONFAULTHANDLER": "1"}


def automl(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; one that hangs says where."""
    process = start(*arguments, cwd=cwd)
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        process.send_signal(signal.SIGABRT)  # has Python print where each thread is
        raise AssertionError("\n".join(process.communicate())) from error
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
