"""How a study's trials are drawn and which are stopped, by the names in its plan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from automl.api.settling import Settled

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


def make_sampling(settled: Settled) -> tuple[BaseSampler, BasePruner]:
    """The sampler and the pruner of a study."""
    from automl.tuning import PRUNERS, SAMPLERS
    from automl.tuning.samplers.per_trial import PerTrial

    plan = settled.plan
    make_sampler, make_pruner = SAMPLERS[plan.sampler], PRUNERS[plan.pruner]
    sampler = PerTrial(partial(make_sampler, settled.space.parameters(), plan.seed))
    return sampler, make_pruner(settled.steps)
