"""Tree-structured Parzen estimator, with a share of random draws."""

from __future__ import annotations

from random import Random

from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from automl.core.distributions import Parameter
from automl.tuning.quiet import quiet_optuna
from automl.tuning.samplers import seed_of_trial

RANDOM_SHARE = 0.1
STARTUP_TRIALS = 10


def make(parameters: tuple[Parameter, ...], seed: int, number: int) -> BaseSampler:
    """Multivariate TPE that keeps conditional parameters in groups; one trial in ten is random.

    TPE alone sometimes sticks to a basin. Running trials count as bad ones (constant liar), so
    parallel workers draw apart.

    Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (NeurIPS 2011); Falkner
    et al., "BOHB" (ICML 2018), for the share of random draws.
    """
    own = seed_of_trial(seed, number)
    if Random(own).random() < RANDOM_SHARE:
        return RandomSampler(seed=own)
    with quiet_optuna():
        return TPESampler(
            n_startup_trials=STARTUP_TRIALS,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=own,
        )
