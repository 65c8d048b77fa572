"""Tree-structured Parzen estimator, with a share of random draws."""

from __future__ import annotations

import random
from collections.abc import Sequence

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Parameter
from automl.search.quiet import quiet_optuna

RANDOM_SHARE = 0.1
STARTUP_TRIALS = 10
RANDOM_STREAM = 1_000_003


class TpeWithRandom(BaseSampler):
    """TPE that draws one trial in ten at random, since TPE alone sometimes sticks to a basin.

    Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (NeurIPS 2011); Falkner
    et al., "BOHB" (ICML 2018), for the share of random draws.

    Args:
        tpe: Draws most trials.
        uniform: Draws the others.
        seed: With a trial's number it says which draw that trial, so a resumed study agrees.
    """

    def __init__(self, tpe: BaseSampler, uniform: BaseSampler, seed: int) -> None:
        self._tpe, self._uniform, self._seed = tpe, uniform, seed

    def _sampler(self, trial: FrozenTrial) -> BaseSampler:
        draw = random.Random(f"{self._seed}:{trial.number}").random()
        return self._uniform if draw < RANDOM_SHARE else self._tpe

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters drawn together, as the trial's sampler has it."""
        return self._sampler(trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, object]:
        """Draw the parameters that are drawn together."""
        return self._sampler(trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> object:
        """Draw one parameter by itself."""
        sampler = self._sampler(trial)
        return sampler.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Tell the trial's sampler that it begins."""
        self._sampler(trial).before_trial(study, trial)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Tell the trial's sampler that it ended."""
        self._sampler(trial).after_trial(study, trial, state, values)


def make(parameters: tuple[Parameter, ...], seed: int, begun: int) -> BaseSampler:
    """Multivariate TPE that keeps conditional parameters in groups.

    Running trials count as bad ones (constant liar), so parallel workers draw apart.
    """
    with quiet_optuna():
        tpe = TPESampler(
            n_startup_trials=STARTUP_TRIALS,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=seed + begun,
        )
    # Another stream than that of TPE's own random start, which it would otherwise repeat.
    uniform = RandomSampler(seed=seed + begun + RANDOM_STREAM)
    return TpeWithRandom(tpe, uniform, seed)
