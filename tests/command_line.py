"""The command line as a user types it, in a folder of its own: in this process, or in its own."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

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
    typed = io.TextIOWrapper(io.BytesIO(stdin), encoding=encoding)
    environment = {"NO_COLOR": "1", "COLUMNS": str(columns or "")}
    with redirect_stdout(output), redirect_stderr(errors):
        code = _run(arguments, cwd, environment, typed)
    return subprocess.CompletedProcess(arguments, code, _written(output), _written(errors))


def on_terminal(*arguments: str, cwd: Path, width: int, **environment: str) -> str:
    """What a command that succeeds writes to a terminal, run in this process.

    Args:
        width: Columns of the terminal.
        environment: What is said of it: TERM, NO_COLOR.
    """
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    told = dict.fromkeys(("COLUMNS", "NO_COLOR", "PYTHONIOENCODING"), "")
    with ThreadPoolExecutor(1) as reader:
        written = reader.submit(_read_all, ours)
        with open(theirs, "w", encoding="utf-8") as output, redirect_stdout(output):  # noqa: PTH123
            code = _run(arguments, cwd, told | environment, io.StringIO())
    os.close(ours)
    assert code == 0
    return written.result().decode().replace("\r\n", "\n")


def _read_all(descriptor: int) -> bytes:
    written = b""
    while part := _read(descriptor):
        written += part
    return written


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how a terminal says that nobody writes any more
        return b""


def _run(arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], stdin: TextIO) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", [program.__file__, *arguments])
        patch.setattr(sys, "stdin", stdin)
        patch.setitem(sys.modules, "__main__", program)
        for name, value in environment.items():
            patch.setenv(name, value)
        return _exit_code()


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
