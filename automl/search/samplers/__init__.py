"""How the next configuration is drawn: one file a sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from automl.core.distributions import Parameter

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class MakeSampler(Protocol):
    """Makes an Optuna sampler for a space."""

    def __call__(self, parameters: tuple[Parameter, ...], seed: int, begun: int) -> BaseSampler:
        """A sampler of ``parameters``.

        Args:
            parameters: All that the space may draw.
            seed: The study's.
            begun: How many trials the study has already: with the seed alone, a resumed study
                would draw again what it drew at its start.

        Raises:
            UserError: if the sampler cannot draw from this space.
        """
