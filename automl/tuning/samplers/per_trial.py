"""A sampler for each trial, so that a resumed study draws the same as an uninterrupted one."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from automl.tuning.samplers import Sampler


class PerTrial(BaseSampler):
    """Draws each trial with a sampler of its own, which is dropped when the next trial begins.

    Args:
        sampler: Makes the sampler of each trial.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._make = sampler.for_trial
        self._current = (0, self._make(0))

    def _sampler(self, trial: FrozenTrial) -> BaseSampler:
        if self._current[0] != trial.number:
            self._current = trial.number, self._make(trial.number)
        return self._current[1]

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters that the trial's sampler draws together."""
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
