"""How the next configuration is drawn: samplers, and one of them anew for each trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random
from typing import ClassVar

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Parameter


class Sampler(ABC):
    """Makes an Optuna sampler for each trial of a study.

    A sampler is made for each trial, so that what it draws follows from the seed, the number and
    the trials so far, and from nothing that a crash could lose.

    Args:
        parameters: All that the space may draw.
        seed: Seed of the study.

    Attributes:
        several_objectives: Whether it can search for several objectives at once.

    Raises:
        UserError: if the sampler cannot draw from this space.
    """

    several_objectives: ClassVar[bool] = True

    def __init__(self, parameters: tuple[Parameter, ...], seed: int) -> None:
        self.parameters, self.seed = parameters, seed

    @abstractmethod
    def for_trial(self, number: int) -> BaseSampler:
        """The sampler of trial ``number``, counted from 0."""

    def trial_seed(self, number: int) -> int:
        """A 32-bit seed for the draws of one trial, unlike those of its neighbours."""
        return Random(f"{self.seed}:{number}").getrandbits(32)


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
