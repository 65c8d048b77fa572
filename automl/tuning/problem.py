"""What a search is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automl.core.inspection import Inspection
from automl.core.trial import Config
from automl.tuning.drafts import Space
from automl.tuning.watch import Setting
from automl.tuning.watchdog import Limits


@dataclass(frozen=True)
class Problem:
    """What is searched for: everything about a study but its trials.

    Args:
        setting: What is told when the search begins.
        space: What configurations are drawn from.
        inspect: Builds a network without a device; raises Infeasible.
        load: The dataset that a configuration asks for.
        task: Name of the task.
        data: Name or path of the dataset.
        seed: Trials' seeds are made from it.
        pruner: The pruner's name, for reasons.
        limits: How long a trial may take.
        deterministic: Whether the same seed is to give the same trials with any number of workers.
        max_latency: The most milliseconds that a network may take for one example, or None.
    """

    setting: Setting
    space: Space
    inspect: Callable[[Config], Inspection]
    load: Callable[[Config], Any]
    task: str
    data: str
    seed: int
    pruner: str
    limits: Limits = field(default_factory=Limits)
    deterministic: bool = False
    max_latency: float | None = None
