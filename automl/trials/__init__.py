"""What runs in a worker: one trial from its spec to its result. Knows neither Optuna nor Ray."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from automl.core.protocols import Runner


def make_runner(
    threads: int,
    deterministic: bool = False,
    whereabouts: Callable[[], Mapping[str, Any]] = dict,
) -> Runner:
    """A runner for one worker, on its GPU or on ``threads`` CPU threads; loads torch there.

    Args:
        threads: CPU threads a trial may use; how many decides in which order numbers are added.
        deterministic: Use no algorithm whose result depends on chance or timing.
        whereabouts: What is to be kept of where a trial ran, as a ``Leg`` has it; asked there.
    """
    from automl.trials.runner import TrialRunner

    return TrialRunner(threads, deterministic, whereabouts())
