"""What a search does with an executor, in short."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import execution_runners as runners
import numpy as np
from patience import PATIENCE

from automl.core.executor import Executor, Finished, Measured
from automl.core.trial import CONTINUE, Decision, TrialResult, TrialSpec

HERE = Path(__file__).parent
# What workers and other processes find the modules of these tests by.
IMPORTABLE = os.pathsep.join(map(str, [HERE, *HERE.parents[:2]]))
DATA = {"x": np.ones(2**22, dtype=np.uint8)}


def always_continue(event: Measured) -> Decision:
    return CONTINUE


def drive(
    executor: Executor,
    specs: Iterable[TrialSpec],
    decide: Callable[[Measured], Decision] = always_continue,
    data: Any = DATA,
    started: int = 0,
) -> dict[int, TrialResult]:
    """Run every trial to its end, and the ``started`` ones; never more at once than slots."""
    waiting, running, ended = list(specs), started, {}
    deadline = time.monotonic() + PATIENCE
    while waiting or running:
        while waiting and running < executor.slots:
            executor.submit(waiting.pop(0), data)
            running += 1
        for event in executor.poll(1.0):
            if isinstance(event, Finished):
                assert event.result.number not in ended
                ended[event.result.number] = event.result
                running -= 1
            else:
                executor.answer(event.number, decide(event))
        assert time.monotonic() < deadline, f"only {sorted(ended)} ended"
    return ended


def first_event(executor: Executor) -> Measured | Finished:
    """The next thing that happens, where no two trials run."""
    (event,) = first_events(executor)
    return event


def first_events(executor: Executor) -> list[Measured | Finished]:
    """The next things that happen at once: one of each trial at most."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if events := executor.poll(1.0):
            return events
    raise AssertionError("nothing happened")


def reports(executor: Executor, count: int, data: Any = DATA) -> list[dict[str, float]]:
    """What ``count`` trials found out about where they ran."""
    ended = drive(executor, [runners.make_spec(n, "report") for n in range(count)], data=data)
    return [dict(result.measurements[0].metrics) for result in ended.values()]


def all_workers(executor: Executor) -> set[float]:
    """The process ids of Ray's workers, once each of them is up."""
    seen: set[float] = set()
    deadline = time.monotonic() + PATIENCE
    while len(seen) < executor.slots:
        assert time.monotonic() < deadline, f"only {len(seen)} of {executor.slots} are up"
        found = reports(executor, executor.slots)
        seen |= {report["pid"] for report in found if report["ray"]}
    return seen
