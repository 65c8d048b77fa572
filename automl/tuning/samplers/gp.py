"""Gaussian-process Bayesian optimisation."""

from __future__ import annotations

from optuna.samplers import BaseSampler, GPSampler

from automl.core.distributions import Parameter
from automl.tuning.quiet import quiet_optuna
from automl.tuning.samplers import seed_of_trial


def make(parameters: tuple[Parameter, ...], seed: int, number: int) -> BaseSampler:
    """A Gaussian process over the parameters that every trial has; the others are drawn at random.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.GPSampler``.
    """
    with quiet_optuna():
        return GPSampler(seed=seed_of_trial(seed, number), warn_independent_sampling=False)
