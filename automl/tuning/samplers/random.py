"""Uniform random search."""

from __future__ import annotations

from optuna.samplers import BaseSampler, RandomSampler

from automl.tuning.samplers import Sampler


class RandomSearch(Sampler):
    """Every draw independent of all others.

    Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012).
    """

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        return RandomSampler(seed=self.trial_seed(number))
