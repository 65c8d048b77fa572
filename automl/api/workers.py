"""The workers of a study, as its plan asks for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from automl.api.changes import whereabouts

if TYPE_CHECKING:
    from automl.core.protocols import Executor
    from automl.tuning.plan import Plan


def start_workers(plan: Plan) -> Executor:
    """Workers that come up in the background, while the data is read."""
    from automl.execution import EXECUTORS
    from automl.execution.resources import Resources
    from automl.trials import make_runner

    # Sums over several threads are rounded in another order, so their number may not depend
    # on how many workers share the cores.
    fixed = 1 if plan.deterministic else None
    resources = Resources(
        workers=plan.workers,
        cpus_per_trial=plan.cpus_per_trial or fixed,
        gpus_per_trial=plan.gpus_per_trial,
        address=plan.ray_address,
    )
    runner = partial(make_runner, deterministic=plan.deterministic, whereabouts=whereabouts)
    return EXECUTORS[plan.executor](runner, resources)
