"""Plain runners for the executors' tests; workers import this module by its name.

What a trial does stands in its configuration.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from automl.core.trial import (
    Config,
    Decision,
    Measurement,
    Status,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
)

STEPS = 3


def make_spec(number: int, does: str) -> TrialSpec:
    """A trial that does what ``does`` says; see ``TRIALS``."""
    return TrialSpec(
        number=number,
        config=Config(network=(), training={"does": does}),
        seed=0,
        epochs=STEPS,
        metric="accuracy",
        maximize=True,
        folder="",
    )


def measurement(step: int, **metrics: float) -> Measurement:
    return Measurement(step=step, epoch=float(step), metrics=metrics, seconds=0.0)


def result(spec: TrialSpec, status: Status, *curve: Measurement, reason: str = "") -> TrialResult:
    return TrialResult(spec.number, status, measurements=curve, reason=reason)


def train(spec: TrialSpec, data: Any) -> Trial:
    """Three steps, obeying decisions."""
    curve: list[Measurement] = []
    for step in range(1, STEPS + 1):
        curve.append(measurement(step, accuracy=step / 10))
        decision: Decision = yield curve[-1]
        if decision.verdict is Verdict.STOP:
            return result(spec, Status.PRUNED, *curve, reason=decision.reason)
        if decision.verdict is Verdict.PAUSE:
            return result(spec, Status.PAUSED, *curve, reason=decision.reason)
    return result(spec, Status.COMPLETE, *curve)


def infeasible(spec: TrialSpec, data: Any) -> Trial:
    """Ends before its first measurement."""
    return result(spec, Status.INFEASIBLE, reason="too big")
    yield


def escape(spec: TrialSpec, data: Any) -> Trial:
    """Breaks the rule that a runner never raises, after a measurement."""
    yield measurement(1, accuracy=0.5)
    raise ValueError("boo")


def refuse(spec: TrialSpec, data: Any) -> Trial:
    """Raises before there is a trial at all."""
    raise ValueError("boo")


def unpicklable(spec: TrialSpec, data: Any) -> Trial:
    """Returns what cannot cross a process."""
    yield measurement(1, accuracy=0.5)
    return threading.Lock()  # type: ignore[return-value]


def leave(spec: TrialSpec, data: Any) -> Trial:
    """Ends its worker."""
    yield measurement(1, accuracy=0.5)
    sys.exit(3)


def die(spec: TrialSpec, data: Any, signum: int) -> Trial:
    """Takes its worker with it by a signal."""
    yield measurement(1, accuracy=0.5)
    os.kill(os.getpid(), signum)
    time.sleep(60)
    raise AssertionError("still alive")


def report(spec: TrialSpec, data: Any) -> Trial:
    """Measures where it runs and what it was handed."""
    array = data["x"]
    seen = measurement(
        1,
        pid=os.getpid(),
        data=id(data),
        total=float(array.sum()),
        copied=float(array.flags.owndata),
        threads=float(os.environ.get("OMP_NUM_THREADS", "0")),
        made_threads=float(_made_with[-1]),
        memory=float(_own_memory()),
        ray="ray" in sys.modules,
    )
    yield seen
    return result(spec, Status.COMPLETE, seen)


def slow(spec: TrialSpec, data: Any) -> Trial:
    """Three steps of half a second."""
    for step in range(1, STEPS + 1):
        time.sleep(0.5)
        yield measurement(step, accuracy=step / 10)
    return result(spec, Status.COMPLETE)


def spin(spec: TrialSpec, data: Any) -> Trial:
    """A step that never ends and never lets go of the interpreter for long."""
    yield measurement(1, accuracy=0.5)
    while True:
        sum(range(10_000))


def stick(spec: TrialSpec, data: Any) -> Trial:
    """A step in C code that never returns, never lets go of the interpreter, minds no signal."""
    yield measurement(1, accuracy=0.5)
    re.match("(a+)+$", "a" * 80 + "b")


def span(spec: TrialSpec, data: Any) -> Trial:
    """Tells when it ran, and on which GPUs; some take longer than others, the fifth most."""
    began = time.time()
    yield measurement(1, began=began)
    time.sleep(1.0 if spec.number == 5 else 0.1 + 0.1 * (spec.number % 3))
    gpus = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return result(
        spec, Status.COMPLETE, measurement(2, began=began, ended=time.time()), reason=gpus
    )


def tidy(spec: TrialSpec, data: Any) -> Trial:
    """Trains, and tells where the ``data`` says when it was closed before its end."""
    try:
        return (yield from train(spec, data))
    finally:
        data.append(spec.number)


_made_with: list[int] = []
TRIALS: dict[str, Callable[[TrialSpec, Any], Trial]] = {
    "train": train,
    "infeasible": infeasible,
    "escape": escape,
    "refuse": refuse,
    "unpicklable": unpicklable,
    "leave": leave,
    "killed": partial(die, signum=signal.SIGKILL),
    "crash": partial(die, signum=signal.SIGSEGV),
    "terminated": partial(die, signum=signal.SIGTERM),
    "report": report,
    "slow": slow,
    "spin": spin,
    "stick": stick,
    "span": span,
    "tidy": tidy,
}


def make(threads: int) -> Any:
    _made_with.append(threads)
    return run


def make_broken(threads: int) -> Any:
    raise OSError("no driver")


def run(spec: TrialSpec, data: Any) -> Trial:
    return TRIALS[spec.config.training["does"]](spec, data)


def _own_memory() -> int:
    """Bytes of memory that are this process's alone."""
    pages = [int(field) for field in Path("/proc/self/statm").read_text().split()]
    return (pages[1] - pages[2]) * os.sysconf("SC_PAGE_SIZE")
