"""Uniform random search."""

from __future__ import annotations

from optuna.samplers import BaseSampler, RandomSampler

from automl.core.distributions import Parameter
from automl.tuning.samplers import seed_of_trial


def make(parameters: tuple[Parameter, ...], seed: int, number: int) -> BaseSampler:
    """Every draw independent of all others.

    Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012).
    """
    return RandomSampler(seed=seed_of_trial(seed, number))
