"""Builds networks without a device, to know them before they are trained."""

from __future__ import annotations

from collections.abc import Mapping

from automl.core.inspection import Inspection
from automl.core.trial import Config
from automl.data.dataset import Dataset
from automl.models.limits import check_limits
from automl.models.preprocess import Normalize
from automl.models.summary import summarize
from automl.tasks import TASKS


def inspect(
    config: Config, task: str, data: Dataset, constraints: Mapping[str, float]
) -> Inspection:
    """What the network of ``config`` would be on ``data``.

    Raises:
        Infeasible: if it cannot be built, or is over a limit.
    """
    head = TASKS[task]().head
    summary = summarize(
        config.network,
        data.shape,
        Normalize(data.mean, data.std),
        lambda shape: head(shape, len(data.labels)),
    )
    check_limits(summary, constraints)
    rows = tuple((row.name, row.shape, row.parameters) for row in summary.rows)
    return Inspection(summary.parameters, summary.flops, rows)
