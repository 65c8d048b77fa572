"""A driver in a process of its own: ``python execution_process.py SCENARIO``."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import execution_runners as runners
from execution_driver import DATA, IMPORTABLE, all_workers, drive, first_event, reports

from automl.core.errors import UserError
from automl.core.executor import Executor, Measured
from automl.core.trial import CONTINUE, Decision
from automl.execution import EXECUTORS
from automl.execution.ray import RayExecutor, silence_ray
from automl.execution.resources import Resources

MARK = "EXECUTION_TEST_MARK"  # inherited by every process that is started below this one


def mark(scenario: str) -> str:
    """What the processes below a scenario's driver are known by."""
    return f"{scenario} of {os.getpid()}"


def start(scenario: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a scenario in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    return subprocess.Popen(
        [sys.executable, __file__, scenario, *arguments],
        env=environment | {MARK: mark(scenario), "PYTHONPATH": IMPORTABLE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def marked(mark: str) -> dict[int, str]:
    """Running processes, but for this one, that carry ``mark``: their command lines by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_text()
        except OSError:  # ended meanwhile, or another user's
            continue
    found.pop(os.getpid(), None)
    return found


def lingering(mark: str, seconds: float = 30.0, but_for: str = "\0\0") -> list[str]:
    """The marked processes that are still there after ``seconds``."""
    deadline = time.monotonic() + seconds
    while left := [line for line in marked(mark).values() if but_for not in line]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return left


def descendants(pid: int) -> Iterator[int]:
    """The processes that ``pid`` started, and those that they did."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from descendants(child)


def kill(name: str) -> None:
    """End the processes below this one whose program is called so."""
    for pid in list(descendants(os.getpid())):
        program = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
        if program.endswith(name):
            os.kill(pid, signal.SIGKILL)


def until_stuck(executor: Executor, number: int, task: str) -> None:
    """Start a trial, and have it enter a step that never ends."""
    executor.submit(runners.make_spec(number, task), DATA)
    first_event(executor)
    executor.answer(number, CONTINUE)


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
    executor = EXECUTORS["ray"](runners.make, Resources(workers=2, cpus_per_trial=2))
    lines = [executor.device]
    (first,) = reports(executor, 1)
    lines += [f"first: {'with' if first['ray'] else 'without'} Ray, {first['threads']:.0f} threads"]
    tasks = ["slow", "killed", "slow", "escape"]
    specs = [runners.make_spec(number, task) for number, task in enumerate(tasks)]
    ended = drive(executor, specs, interrupt)
    lines += [ended[number].status.name for number in sorted(ended)]
    lines += [signal.Signals(number).name for number in sorted(heard)]
    all_workers(executor)
    executor.poll(1.0)
    gone = not any("first_worker" in line for line in marked(os.environ[MARK]).values())
    lines += [f"then gone: {gone}"]
    lines += [f"{report['threads']:.0f} threads" for report in reports(executor, 1)]
    until_stuck(executor, 0, "spin")
    until_stuck(executor, 1, "stick")
    time.sleep(0.5)
    began = time.monotonic()
    executor.close()
    lines += [f"{'soon' if time.monotonic() - began < 30 else 'late'}"]
    lines += [f"{len(lingering(os.environ[MARK]))} processes left"]
    sys.stdout.write("\n".join(lines))


def fail() -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(workers=1))
    executor.submit(runners.make_spec(0, "slow"), DATA)
    first_event(executor)
    raise RuntimeError("mine")


def hang() -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(workers=1))
    if sys.argv[2] == "a worker of Ray":
        all_workers(executor)
    until_stuck(executor, 0, "spin")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(60)


def outlive() -> None:
    executor = RayExecutor(runners.make, Resources(workers=1), restarts=1)
    lines = []
    names = ["ray::DashboardAgent", "/gcs_server"]
    all_workers(executor)
    try:
        for number, name in enumerate(names):
            until_stuck(executor, number, "spin")
            kill(name)
            time.sleep(1)  # Ray ends itself in order when an agent of it is gone
            result = drive(executor, [], started=1)[number]
            lines += [f"{result.status.name} {result.reason} ({len(result.measurements)} measured)"]
    except UserError as error:
        lines += [str(error)]
    executor.close()
    lines += [f"{len(lingering(os.environ[MARK], but_for='Agent'))} processes left"]
    sys.stdout.write("\n".join(lines))


def lose_a_node() -> None:
    silence_ray()
    logging.disable(logging.CRITICAL)
    os.environ |= {"RAY_health_check_period_ms": "500", "RAY_health_check_failure_threshold": "2"}
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    node = cluster.add_node(num_cpus=2)
    executor = EXECUTORS["ray"](
        runners.make, Resources(workers=1, cpus_per_trial=2, address=cluster.address)
    )
    until_stuck(executor, 0, "spin")
    cluster.remove_node(node, allow_graceful=False)
    lost = drive(executor, [], started=1)[0]
    lines = [f"{lost.status.name} {lost.reason} ({len(lost.measurements)} measured)"]
    cluster.add_node(num_cpus=2)
    lines += [drive(executor, [runners.make_spec(1, "train")])[1].status.name]
    until_stuck(executor, 2, "spin")
    for info in cluster.head_node.all_processes["gcs_server"]:
        info.process.kill()
    try:
        drive(executor, [], started=1)
    except UserError as error:
        lines += [str(error).replace(cluster.address, "HEAD")]
    executor.close()
    sys.stdout.write("\n".join(lines))


def join() -> None:
    resources = Resources(workers=1, cpus_per_trial=2, gpus_per_trial=0, address=sys.argv[2])
    executor = EXECUTORS["ray"](runners.make, resources)
    result = drive(executor, [runners.make_spec(0, "train")])[0]
    executor.close()
    sys.stdout.write(f"{executor.device}: {result.status.name}")


def local() -> None:
    executor = EXECUTORS["local"](runners.make, Resources())
    result = drive(executor, [runners.make_spec(0, "train")])[0]
    loaded = {"ray", "torch"} & set(sys.modules)
    sys.stdout.write(f"{result.status.name}, {len(loaded)} of Ray and PyTorch loaded")


SCENARIOS = (search, fail, hang, outlive, lose_a_node, join, local)

if __name__ == "__main__":
    {scenario.__name__: scenario for scenario in SCENARIOS}[sys.argv[1]]()
