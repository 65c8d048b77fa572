"""Training: fit() is a generator of measurements; optimisers, schedules and augmentations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.training.augment import Augmentation
    from automl.training.optimizers import Optimizer
    from automl.training.schedules import Schedule

OPTIMIZERS: Registry[type[Optimizer]] = Registry(
    "optimizer",
    {
        "adamw": "automl.training.optimizers:AdamW",
        "sgd": "automl.training.optimizers:SGD",
        "rmsprop": "automl.training.optimizers:RMSprop",
        "muon": "automl.training.optimizers:Muon",
        "lbfgs": "automl.training.optimizers:LBFGS",
    },
)

SCHEDULES: Registry[type[Schedule]] = Registry(
    "schedule",
    {
        "constant": "automl.training.schedules:Constant",
        "cosine": "automl.training.schedules:Cosine",
        "one_cycle": "automl.training.schedules:OneCycle",
        "wsd": "automl.training.schedules:WarmupStableDecay",
        "plateau": "automl.training.schedules:Plateau",
    },
)

AUGMENTATIONS: Registry[type[Augmentation]] = Registry(
    "augmentation",
    {
        "flip": "automl.training.augment:Flip",
        "crop": "automl.training.augment:Crop",
        "erase": "automl.training.augment:Erase",
        "rotate": "automl.training.augment:Rotate",
        "resized_crop": "automl.training.augment:ResizedCrop",
        "trivial_augment": "automl.training.augment:TrivialAugment",
    },
)
