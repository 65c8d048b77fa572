"""A sampler for each trial, so that a resumed study draws what an unbroken one would have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState


class PerTrial(BaseSampler):
    """Draws each trial by a sampler of its own, which is forgotten when the next one begins.

    Args:
        make: Makes the sampler of a trial, from its number.
    """

    def __init__(self, make: Callable[[int], BaseSampler]) -> None:
        self._make = make
        self._current = (0, make(0))  # at once: a space that it cannot draw from is told here

    def _sampler(self, trial: FrozenTrial) -> BaseSampler:
        if self._current[0] != trial.number:
            self._current = trial.number, self._make(trial.number)
        return self._current[1]

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
