"""Builds networks without a device, to know them before they are trained."""

from __future__ import annotations

from collections.abc import Mapping

from automl.core.objectives import NetworkProfile
from automl.core.trial import Config
from automl.data.dataset import Dataset
from automl.models.preprocessing import make_preprocess
from automl.models.summary import LIMITS, check_limits, summarize
from automl.tasks import TASKS


def inspect(config: Config, data: Dataset, constraints: Mapping[str, float]) -> NetworkProfile:
    """What the network of ``config`` would be on ``data``.

    Args:
        config: The configuration.
        data: Its dataset.
        constraints: What a network may cost; how long it takes shows on a device alone.

    Raises:
        Infeasible: if it cannot be built, or is over a limit.
    """
    summary = summarize(
        config.network,
        data.encoding.shape,
        make_preprocess(data.encoding.preprocessing),
        TASKS[data.task](data.target).head,
    )
    check_limits(summary, {name: constraints[name] for name in LIMITS if name in constraints})
    rows = tuple((row.name, row.shape, row.parameters) for row in summary.rows)
    return NetworkProfile(summary.parameters, summary.flops, rows)
