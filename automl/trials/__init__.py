"""What runs in a worker: one trial from its spec to its result. Knows neither Optuna nor Ray."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from automl.core.executor import Runner


def make_runner(
    threads: int,
    deterministic: bool = False,
    machine_facts: Callable[[], Mapping[str, Any]] = dict,
) -> Runner:
    """A runner for one worker, on its GPU or on ``threads`` CPU threads; loads torch there.

    Args:
        threads: CPU threads a trial may use; their number affects how sums are rounded.
        deterministic: Whether to use only algorithms that give the same result every time.
        machine_facts: Function that gives the fields of a ``Segment`` that describe the machine,
            called in the worker.
    """
    from automl.trials.runner import TrialRunner

    return TrialRunner(threads, deterministic, machine_facts())
