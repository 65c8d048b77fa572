"""Where measurements also go: one file and one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.tracking.tracker import Tracker

TRACKERS: Registry[type[Tracker]] = Registry(
    "tracker",
    {
        "tensorboard": "automl.tracking.tensorboard:TensorBoard",
        "wandb": "automl.tracking.wandb:WeightsAndBiases",
    },
)
