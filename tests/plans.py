"""A plan, and the context of a search by it, for tests that only look at them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from automl.core.distributions import Suggest, Value
from automl.core.records import StudyRecord
from automl.core.trial import Config
from automl.store import StudyFolder
from automl.tuning.context import SearchContext
from automl.tuning.plan import Plan

PLAN = Plan(
    name="made",
    space="cnn",
    task="image_classification",
    data="digits",
    trials=10,
    timeout=None,
    epochs=10,
    sampler="tpe",
    pruner="asha",
    metric="accuracy",
    seed=0,
    storage=None,
    executor="local",
    workers=None,
    cpus_per_trial=None,
    gpus_per_trial=None,
    ray_address=None,
)


class OneModelSpace:
    """A space with nothing to draw."""

    max_latency = None

    def sample(self, suggest: Suggest) -> Config:
        return Config((), {})

    def portfolio(self) -> tuple[dict[str, Value], ...]:
        return ()


def make_context(
    plan: Plan = PLAN,
    *,
    metric: str = "accuracy",
    data: str = "digits",
    device: str = "2 cores",
    slots: int = 1,
    **changes: Any,
) -> SearchContext:
    """The context of a search that has just begun, in a folder that need not exist."""
    begun = StudyRecord(plan.name, metric, True, (), plan.minimize)
    made = SearchContext(
        plan=plan,
        space=OneModelSpace(),
        datasets=lambda config: None,
        folder=StudyFolder(Path("results") / plan.name),
        begun=begun,
        final=None,
        data=data,
        device=device,
        slots=slots,
    )
    return replace(made, **changes)
