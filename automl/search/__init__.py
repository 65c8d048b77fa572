"""The search itself: Optuna asks, the executor runs, the judge decides. Only here is Optuna."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.search.pruners import MakePruner
    from automl.search.samplers import MakeSampler

SAMPLERS: Registry[MakeSampler] = Registry(
    "sampler",
    {
        "tpe": "automl.search.samplers.tpe:make",
        "gp": "automl.search.samplers.gp:make",
        "cmaes": "automl.search.samplers.cmaes:make",
        "qmc": "automl.search.samplers.qmc:make",
        "random": "automl.search.samplers.random:make",
        "grid": "automl.search.samplers.grid:make",
    },
)

PRUNERS: Registry[MakePruner] = Registry(
    "pruner",
    {
        "asha": "automl.search.pruners.asha:make",
        "hyperband": "automl.search.pruners.hyperband:make",
        "median": "automl.search.pruners.median:make",
        "percentile": "automl.search.pruners.percentile:make",
        "wilcoxon": "automl.search.pruners.wilcoxon:make",
        "none": "automl.search.pruners.none:make",
    },
)
