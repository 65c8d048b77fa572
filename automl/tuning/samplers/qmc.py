"""Quasi-Monte-Carlo search."""

from __future__ import annotations

from optuna.samplers import BaseSampler, QMCSampler, RandomSampler

from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.samplers import Sampler


class QuasiMonteCarlo(Sampler):
    """A scrambled Sobol sequence: fills the space more evenly than random draws do.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.QMCSampler``.
    """

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler with the study's own seed: all trials are points of one sequence."""
        with quiet_optuna():
            return QMCSampler(
                scramble=True,
                seed=self.seed,
                independent_sampler=RandomSampler(seed=self.trial_seed(number)),
                warn_independent_sampling=False,
            )
