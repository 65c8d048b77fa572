"""Training: fit() is a generator of measurements; optimisers, schedules and augmentations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.training.augment import Augmentation
    from automl.training.optimizers import Optimizer, Schedule

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
        "constant": "automl.training.optimizers:Constant",
        "cosine": "automl.training.optimizers:Cosine",
        "one_cycle": "automl.training.optimizers:OneCycle",
        "wsd": "automl.training.optimizers:WarmupStableDecay",
        "plateau": "automl.training.optimizers:Plateau",
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
