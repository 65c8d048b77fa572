"""The search itself: Optuna asks, the executor runs, the judge decides. Only here is Optuna."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.tuning.pruners import Pruner
    from automl.tuning.samplers import Sampler

# Optuna brings tqdm, which misses a package in notebooks though nothing here uses it.
warnings.filterwarnings("ignore", message="IProgress not found")

SAMPLERS: Registry[type[Sampler]] = Registry(
    "sampler",
    {
        "tpe": "automl.tuning.samplers.tpe:Tpe",
        "gp": "automl.tuning.samplers.gp:GaussianProcess",
        "cmaes": "automl.tuning.samplers.cmaes:CmaEs",
        "qmc": "automl.tuning.samplers.qmc:QuasiMonteCarlo",
        "random": "automl.tuning.samplers.random:RandomSearch",
        "grid": "automl.tuning.samplers.grid:Grid",
    },
)

PRUNERS: Registry[type[Pruner]] = Registry(
    "pruner",
    {
        "asha": "automl.tuning.pruners.asha:Asha",
        "hyperband": "automl.tuning.pruners.hyperband:Hyperband",
        "median": "automl.tuning.pruners.median:Median",
        "percentile": "automl.tuning.pruners.percentile:Percentile",
        "wilcoxon": "automl.tuning.pruners.wilcoxon:Wilcoxon",
        "none": "automl.tuning.pruners.none:NeverPrune",
    },
)
