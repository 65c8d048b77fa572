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
        "tpe": "automl.tuning.samplers.model_based:Tpe",
        "gp": "automl.tuning.samplers.model_based:GaussianProcess",
        "cmaes": "automl.tuning.samplers.model_based:CmaEs",
        "qmc": "automl.tuning.samplers.space_filling:QuasiMonteCarlo",
        "random": "automl.tuning.samplers.space_filling:RandomSearch",
        "grid": "automl.tuning.samplers.space_filling:Grid",
    },
)

PRUNERS: Registry[type[Pruner]] = Registry(
    "pruner",
    {
        "asha": "automl.tuning.pruners.halving:Asha",
        "hyperband": "automl.tuning.pruners.halving:Hyperband",
        "median": "automl.tuning.pruners.stopping_rules:Median",
        "percentile": "automl.tuning.pruners.stopping_rules:Percentile",
        "wilcoxon": "automl.tuning.pruners.stopping_rules:Wilcoxon",
        "none": "automl.tuning.pruners.stopping_rules:NeverPrune",
    },
)
