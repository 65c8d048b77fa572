"""A driver in a process of its own: ``python execution_process.py SCENARIO``."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import execution_runners as runners
from execution_driver import DATA, drive, first_event, reports

from automl.core.protocols import Measured
from automl.core.trial import CONTINUE, Decision
from automl.execution import EXECUTORS
from automl.execution.resources import Resources

MARK = "EXECUTION_TEST_MARK"  # inherited by every process that is started below this one


def marked(mark: str) -> set[int]:
    """The ids of running processes that carry ``mark`` in their environment."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def lingering(mark: str, seconds: float) -> list[str]:
    """The command lines of marked processes, but for this one, that ``seconds`` did not end."""
    deadline = time.monotonic() + seconds
    while (left := marked(mark) - {os.getpid()}) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [(Path("/proc") / str(number) / "cmdline").read_text() for number in left]


def interrupt(event: Measured) -> Decision:
    """What Ctrl-C does, a signal for the whole process group, amid the trials."""
    if event.measurement.step == 1:
        os.killpg(os.getpgrp(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
    return CONTINUE


def search() -> None:
    heard: set[int] = set()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, frame: heard.add(signum))
    executor = EXECUTORS["ray"](runners.make, Resources(workers=3, cpus_per_trial=2))
    lines = [executor.device]
    tasks = ["slow", "die:9", "slow", "escape"]
    specs = [runners.make_spec(number, task) for number, task in enumerate(tasks)]
    ended = drive(executor, specs, interrupt)
    lines += [ended[number].status.name for number in sorted(ended)]
    lines += [signal.Signals(number).name for number in sorted(heard)]
    lines += [f"{report['threads']:.0f} threads" for report in reports(executor, 1)]
    executor.close()
    lines += [f"{len(lingering(os.environ[MARK], seconds=3))} processes left"]
    sys.stdout.write("\n".join(lines))


def fail() -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(workers=1))
    executor.submit(runners.make_spec(0, "slow"), DATA)
    first_event(executor)
    raise RuntimeError("mine")


def hang() -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(workers=1))
    executor.submit(runners.make_spec(0, "spin"), DATA)
    executor.answer(first_event(executor).number, CONTINUE)  # type: ignore[union-attr]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    {"search": search, "fail": fail, "hang": hang}[sys.argv[1]]()
