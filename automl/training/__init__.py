"""Training: fit() is a generator of measurements; optimisers, schedules and augmentations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.training.augmentations.augmentation import Augmentation
    from automl.training.optimizers.optimizer import Optimizer
    from automl.training.schedules.schedule import Schedule

OPTIMIZERS: Registry[type[Optimizer]] = Registry(
    "optimizer",
    {
        "adamw": "automl.training.optimizers.adamw:AdamW",
        "sgd": "automl.training.optimizers.sgd:SGD",
        "rmsprop": "automl.training.optimizers.rmsprop:RMSprop",
        "muon": "automl.training.optimizers.muon:Muon",
    },
)

SCHEDULES: Registry[type[Schedule]] = Registry(
    "schedule",
    {
        "constant": "automl.training.schedules.constant:Constant",
        "cosine": "automl.training.schedules.cosine:Cosine",
        "one_cycle": "automl.training.schedules.one_cycle:OneCycle",
        "plateau": "automl.training.schedules.plateau:Plateau",
    },
)

AUGMENTATIONS: Registry[type[Augmentation]] = Registry(
    "augmentation",
    {
        "flip": "automl.training.augmentations.flip:Flip",
        "crop": "automl.training.augmentations.crop:Crop",
        "erase": "automl.training.augmentations.erase:Erase",
        "rotate": "automl.training.augmentations.rotate:Rotate",
    },
)
