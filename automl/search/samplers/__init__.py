"""How the next configuration is drawn: one file a sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from automl.core.distributions import Parameter

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class MakeSampler(Protocol):
    """Makes an Optuna sampler for a space."""

    def __call__(self, parameters: tuple[Parameter, ...], seed: int) -> BaseSampler:
        """A sampler of ``parameters``.

        Raises:
            UserError: if the sampler cannot draw from this space.
        """
