"""Gaussian-process Bayesian optimisation."""

from __future__ import annotations

from optuna.samplers import BaseSampler, GPSampler

from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.samplers import Sampler


class GaussianProcess(Sampler):
    """A Gaussian process over the parameters that every trial has; the others are drawn at random.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.GPSampler``.
    """

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        with quiet_optuna():
            return GPSampler(seed=self.trial_seed(number), warn_independent_sampling=False)
