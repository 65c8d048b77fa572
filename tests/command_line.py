"""The command line as a user types it, in a folder of its own: in this process, or in its own."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from patience import PATIENCE

from automl import __main__ as program

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


def automl(
    *arguments: str,
    cwd: Path,
    encoding: str = "utf-8",
    columns: int | None = 100,
    stdin: bytes = b"",
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in this process, which has its libraries already."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    command = [program.__file__, *arguments]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", command)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding=encoding))
        patch.setitem(sys.modules, "__main__", program)
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", str(columns or ""))
        code = _exit_code()
    return subprocess.CompletedProcess(command, code, _written(output), _written(errors))


def _exit_code() -> int:
    try:
        program.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def environment() -> dict[str, str]:
    """The test's own, with one thread a process and no colour."""
    settings = {"NO_COLOR": "1", "COLUMNS": "100", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **settings, "PYTHONFAULTHANDLER": "1"}


def run_process(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a process of its own; one that hangs says where."""
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
