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


def marked(mark: str) -> list[str]:
    """The command lines of running processes, but for this one, that carry ``mark``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text())
        except OSError:  # ended meanwhile, or another user's
            continue
    return [line for line in found if line != Path("/proc/self/cmdline").read_text()]


def lingering(mark: str, seconds: float, but_for: str = "\0\0") -> list[str]:
    """The marked processes that are still there after ``seconds``."""
    deadline = time.monotonic() + seconds
    while left := [line for line in marked(mark) if but_for not in line]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return left


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


def join() -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(cpus_per_trial=2, address=sys.argv[2]))
    result = drive(executor, [runners.make_spec(0, "train")])[0]
    executor.close()
    sys.stdout.write(f"{executor.device}: {result.status.name}")


def local() -> None:
    executor = EXECUTORS["local"](runners.make, Resources())
    result = drive(executor, [runners.make_spec(0, "train")])[0]
    loaded = {"ray", "torch"} & set(sys.modules)
    sys.stdout.write(f"{result.status.name}, {len(loaded)} of Ray and PyTorch loaded")


if __name__ == "__main__":
    {"search": search, "fail": fail, "hang": hang, "join": join, "local": local}[sys.argv[1]]()
