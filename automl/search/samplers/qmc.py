"""Quasi-Monte-Carlo search."""

from __future__ import annotations

from optuna.samplers import BaseSampler, QMCSampler

from automl.core.distributions import Parameter
from automl.search.quiet import quiet_optuna


def make(parameters: tuple[Parameter, ...], seed: int, begun: int) -> BaseSampler:
    """A scrambled Sobol sequence: fills the space more evenly than random draws do.

    Source: https://optuna.readthedocs.io, ``optuna.samplers.QMCSampler``.
    """
    with quiet_optuna():
        return QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False)
