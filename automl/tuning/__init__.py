"""The search itself: Optuna asks, the executor runs, the judge decides. Only here is Optuna."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.tuning.pruners import MakePruner
    from automl.tuning.samplers import MakeSampler

# Optuna brings tqdm, which misses a package in notebooks though nothing here uses it.
warnings.filterwarnings("ignore", message="IProgress not found")

SAMPLERS: Registry[MakeSampler] = Registry(
    "sampler",
    {
        "tpe": "automl.tuning.samplers.tpe:make",
        "gp": "automl.tuning.samplers.gp:make",
        "cmaes": "automl.tuning.samplers.cmaes:make",
        "qmc": "automl.tuning.samplers.qmc:make",
        "random": "automl.tuning.samplers.random:make",
        "grid": "automl.tuning.samplers.grid:make",
    },
)

PRUNERS: Registry[MakePruner] = Registry(
    "pruner",
    {
        "asha": "automl.tuning.pruners.asha:make",
        "hyperband": "automl.tuning.pruners.hyperband:make",
        "median": "automl.tuning.pruners.median:make",
        "percentile": "automl.tuning.pruners.percentile:make",
        "wilcoxon": "automl.tuning.pruners.wilcoxon:make",
        "none": "automl.tuning.pruners.none:make",
    },
)
