"""Samplers: how the next configuration is drawn."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import count
from random import Random
from typing import ClassVar

import numpy as np
import optuna
from cmaes import CMA
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.search_space import intersection_search_space
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Parameter, Range
from automl.core.errors import UserError
from automl.tuning.optuna_private import quiet_optuna

RANDOM_SHARE = 0.1
STARTUP_TRIALS = 10
# What a trial that diverged or could not be built counts as: CMA-ES looks at ranks alone.
WORST = 1e30
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)

Numeric = FloatDistribution | IntDistribution


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
    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """The sampler of trial ``number``, counted from 0."""

    def trial_seed(self, number: int) -> int:
        """A 32-bit seed for the draws of one trial, unlike those of its neighbours."""
        return Random(f"{self.seed}:{number}").getrandbits(32)


class PerTrial(optuna.samplers.BaseSampler):
    """Draws each trial with a sampler of its own, which is dropped when the next trial begins.

    Args:
        sampler: Makes the sampler of each trial.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._make = sampler.for_trial
        self._current = (0, self._make(0))

    def _sampler(self, trial: FrozenTrial) -> optuna.samplers.BaseSampler:
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


class RandomSearch(Sampler):
    """Every draw independent of all others.

    Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012).
    """

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        return optuna.samplers.RandomSampler(seed=self.trial_seed(number))


class QuasiMonteCarlo(Sampler):
    """A scrambled Sobol sequence: fills the space more evenly than random draws do.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.QMCSampler``.
    """

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler with the study's own seed: all trials are points of one sequence."""
        with quiet_optuna():
            return optuna.samplers.QMCSampler(
                scramble=True,
                seed=self.seed,
                independent_sampler=optuna.samplers.RandomSampler(seed=self.trial_seed(number)),
                warn_independent_sampling=False,
            )


class GridDraws(optuna.samplers.BruteForceSampler):
    """Optuna's exhaustive sampler, which follows conditional parameters."""

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Do nothing: the search sees by itself when the grid is done."""


class Grid(Sampler):
    """Every configuration of the space once, in a shuffled order.

    Raises:
        UserError: if a parameter has no finite set of values.
    """

    def __init__(self, parameters: tuple[Parameter, ...], seed: int) -> None:
        continuous = [each.name for each in parameters if _is_continuous(each)]
        if continuous:
            raise UserError(
                f"--sampler grid needs a finite space, but {', '.join(continuous)} "
                f"{'is' if len(continuous) == 1 else 'are'} continuous; give a step, or use choices"
            )
        super().__init__(parameters, seed)

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler, which leaves out what was drawn before."""
        with quiet_optuna():
            return GridDraws(seed=self.trial_seed(number), avoid_premature_stop=True)


def _is_continuous(parameter: Parameter) -> bool:
    drawn = parameter.distribution
    return isinstance(drawn, Range) and not drawn.is_int and drawn.step is None


class Tpe(Sampler):
    """Multivariate TPE that keeps conditional parameters in groups; one trial in ten is random.

    TPE alone sometimes sticks to a basin. Running trials count as bad ones (constant liar), so
    parallel workers draw apart.

    Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (NeurIPS 2011); Falkner
    et al., "BOHB" (ICML 2018), for the share of random draws.
    """

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """TPE, or the random draws of one trial in ten."""
        seed = self.trial_seed(number)
        if Random(seed).random() < RANDOM_SHARE:
            return optuna.samplers.RandomSampler(seed=seed)
        with quiet_optuna():
            return optuna.samplers.TPESampler(
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

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        with quiet_optuna():
            return optuna.samplers.GPSampler(
                seed=self.trial_seed(number), warn_independent_sampling=False
            )


class CmaEsDraws(optuna.samplers.BaseSampler):
    """CMA-ES over the numeric parameters that every trial has; the others are drawn at random.

    The strategy's state is computed anew from the study's trials, in the order of their numbers:
    nothing of it is stored, so that nothing has to be trusted when a study is read.

    Args:
        seed: Of this trial's draws.
    """

    def __init__(self, seed: int) -> None:
        self._seed, self._others = seed, optuna.samplers.RandomSampler(seed=seed)

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The numeric parameters that all finished trials have."""
        trials = study.get_trials(deepcopy=False, states=_FINISHED)
        shared = intersection_search_space(trials, include_pruned=True)
        return {
            name: each
            for name, each in shared.items()
            if isinstance(each, Numeric) and not each.single()
        }

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, object]:
        """Draw these parameters from the strategy as it is after the trials so far."""
        space = {name: each for name, each in search_space.items() if isinstance(each, Numeric)}
        if not space:
            return {}
        strategy = CMA(
            mean=np.full(len(space), 0.5),
            sigma=1 / 6,
            bounds=np.tile([0.0, 1.0], (len(space), 1)),
            seed=self._seed,
        )
        told = [
            (encode(each.params, space), score(each, study.direction))
            for each in study.get_trials(deepcopy=False, states=_FINISHED)
        ]
        for end in count(strategy.population_size, strategy.population_size):
            if end > len(told):
                break
            strategy.tell(told[end - strategy.population_size : end])
        point = strategy.ask()
        return {name: decode(point[at], each) for at, (name, each) in enumerate(space.items())}

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> object:
        """Draw one parameter at random."""
        return self._others.sample_independent(study, trial, param_name, param_distribution)


class CmaEs(Sampler):
    """CMA-ES, which follows one number alone.

    Source: Hansen & Ostermeier, "Completely Derandomized Self-Adaptation in Evolution Strategies"
    (2001), by the ``cmaes`` package.
    """

    several_objectives = False

    def for_trial(self, number: int) -> optuna.samplers.BaseSampler:
        """The strategy as it is after the trials so far."""
        return CmaEsDraws(self.trial_seed(number))


def score(trial: FrozenTrial, direction: StudyDirection) -> float:
    """What a finished trial is worth, smaller is better; a pruned one by its last report."""
    value = trial.value
    if value is None and trial.last_step is not None:
        value = trial.intermediate_values[trial.last_step]
    infeasible = any(violation > 0 for violation in trial.constraints.values())
    if value is None or infeasible or not math.isfinite(value):
        return WORST
    return -value if direction == StudyDirection.MAXIMIZE else value


def encode(values: Mapping[str, object], space: Mapping[str, Numeric]) -> np.ndarray:
    """Values as a point of the unit cube, float64 (parameters,)."""
    return np.array([_share(each, float(values[name])) for name, each in space.items()])  # type: ignore[arg-type]


def decode(share: float, drawn: Numeric) -> float | int:
    """The value at ``share`` (0 to 1) of a distribution's range, on its scale and its steps."""
    low, high = float(drawn.low), float(drawn.high)
    if drawn.log:
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    if drawn.step is not None and not drawn.log:
        value = low + round((value - low) / drawn.step) * drawn.step
    value = min(max(value, low), high)
    return round(value) if isinstance(drawn, IntDistribution) else value


def _share(drawn: Numeric, value: float) -> float:
    low, high = float(drawn.low), float(drawn.high)
    if drawn.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)
