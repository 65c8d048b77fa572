"""Bayesian optimisation: samplers that model which values did well."""

from __future__ import annotations

from random import Random

from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler

from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.samplers import Sampler

RANDOM_SHARE = 0.1
STARTUP_TRIALS = 10


class Tpe(Sampler):
    """Multivariate TPE that keeps conditional parameters in groups; one trial in ten is random.

    TPE alone sometimes sticks to a basin. Running trials count as bad ones (constant liar), so
    parallel workers draw apart.

    Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (NeurIPS 2011); Falkner
    et al., "BOHB" (ICML 2018), for the share of random draws.
    """

    def for_trial(self, number: int) -> BaseSampler:
        """TPE, or the random draws of one trial in ten."""
        seed = self.trial_seed(number)
        if Random(seed).random() < RANDOM_SHARE:
            return RandomSampler(seed=seed)
        with quiet_optuna():
            return TPESampler(
                n_startup_trials=STARTUP_TRIALS,
                multivariate=True,
                group=True,
                constant_liar=True,
                seed=seed,
            )


class GaussianProcess(Sampler):
    """A Gaussian process over the parameters that every trial has; the others are drawn at random.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.GPSampler``.
    """

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        with quiet_optuna():
            return GPSampler(seed=self.trial_seed(number), warn_independent_sampling=False)
