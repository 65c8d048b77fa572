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
        "tpe": "automl.tuning.samplers:Tpe",
        "gp": "automl.tuning.samplers:GaussianProcess",
        "cmaes": "automl.tuning.samplers:CmaEs",
        "qmc": "automl.tuning.samplers:QuasiMonteCarlo",
        "random": "automl.tuning.samplers:RandomSearch",
        "grid": "automl.tuning.samplers:Grid",
    },
)

PRUNERS: Registry[type[Pruner]] = Registry(
    "pruner",
    {
        "asha": "automl.tuning.pruners:Asha",
        "hyperband": "automl.tuning.pruners:Hyperband",
        "median": "automl.tuning.pruners:Median",
        "percentile": "automl.tuning.pruners:Percentile",
        "wilcoxon": "automl.tuning.pruners:Wilcoxon",
        "none": "automl.tuning.pruners:NeverPrune",
    },
)
