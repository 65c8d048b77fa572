"""Uniform random search."""

from __future__ import annotations

from optuna.samplers import BaseSampler, RandomSampler

from automl.core.distributions import Parameter


def make(parameters: tuple[Parameter, ...], seed: int, begun: int) -> BaseSampler:
    """Every draw independent of all others.

    Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012).
    """
    return RandomSampler(seed=seed + begun)
