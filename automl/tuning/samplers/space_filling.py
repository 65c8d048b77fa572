"""Samplers that cover the space and learn nothing from trials: random, quasi-random and grid."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.samplers import BaseSampler, BruteForceSampler, QMCSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Parameter, Range
from automl.core.errors import UserError
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.samplers import Sampler


class RandomSearch(Sampler):
    """Every draw independent of all others.

    Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012).
    """

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler, seeded for the trial."""
        return RandomSampler(seed=self.trial_seed(number))


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


class GridDraws(BruteForceSampler):
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

    def for_trial(self, number: int) -> BaseSampler:
        """Optuna's sampler, which leaves out what was drawn before."""
        with quiet_optuna():
            return GridDraws(seed=self.trial_seed(number), avoid_premature_stop=True)


def _is_continuous(parameter: Parameter) -> bool:
    drawn = parameter.distribution
    return isinstance(drawn, Range) and not drawn.is_int and drawn.step is None
