"""Runs one trial up to a given step, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automl.core.executor import Executor, Finished
from automl.core.trial import CONTINUE, Decision, Measurement, TrialResult, TrialSpec

POLL_SECONDS = 0.2


def run_until(
    executor: Executor,
    spec: TrialSpec,
    data: Any,
    last: int,
    then: Decision,
    on_measure: Callable[[Measurement], None],
) -> TrialResult:
    """Run a trial on a free slot until it has reported step ``last``, or ended by itself.

    Args:
        executor: Where it runs.
        spec: The trial.
        data: Its dataset.
        last: The reporting step after which it ends.
        then: How it ends: it pauses, or stops.
        on_measure: Hears of every reporting step.
    """
    executor.submit(spec, data)
    while True:
        for event in executor.poll(POLL_SECONDS):
            if isinstance(event, Finished):
                return event.result
            on_measure(event.measurement)
            done = event.measurement.step >= last
            executor.answer(event.number, then if done else CONTINUE)
