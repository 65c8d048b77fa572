"""CMA-ES, the evolution strategy."""

from __future__ import annotations

from optuna.samplers import BaseSampler, CmaEsSampler

from automl.core.distributions import Parameter
from automl.search.quiet import quiet_optuna


def make(parameters: tuple[Parameter, ...], seed: int, begun: int) -> BaseSampler:
    """CMA-ES over the numeric parameters that every trial has; the others are drawn at random.

    Source: Hansen & Ostermeier, "Completely Derandomized Self-Adaptation in Evolution
    Strategies" (2001), by the ``cmaes`` package.
    """
    with quiet_optuna():
        return CmaEsSampler(
            seed=seed + begun, consider_pruned_trials=True, warn_independent_sampling=False
        )
