"""What search spaces may speak of: the registries of all families, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.spaces.context import Vocabulary


def make_vocabulary() -> Vocabulary:
    """Every name that a search space may use."""
    from automl.data import DATASETS
    from automl.models.layers import LAYERS
    from automl.spaces.context import Vocabulary
    from automl.tasks import TASKS
    from automl.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
    from automl.training.settings import SpaceTraining
    from automl.tuning import PRUNERS, SAMPLERS

    return Vocabulary(
        tasks=TASKS,
        datasets=DATASETS,
        families={
            "layer": LAYERS,
            "optimizer": OPTIMIZERS,
            "schedule": SCHEDULES,
            "augmentation": AUGMENTATIONS,
        },
        training=SpaceTraining,
        samplers=SAMPLERS,
        pruners=PRUNERS,
        metrics=lambda task: [each.name for each in TASKS[task].metrics],
        reads=lambda task: TASKS[task].data,
    )
