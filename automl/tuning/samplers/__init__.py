"""How the next configuration is drawn: one file a sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from automl.core.distributions import Parameter

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class MakeSampler(Protocol):
    """Makes an Optuna sampler that draws one trial of a study."""

    def __call__(self, parameters: tuple[Parameter, ...], seed: int, number: int) -> BaseSampler:
        """A sampler for trial ``number``.

        A sampler is made for each trial, so that what it draws follows from the seed, the number
        and the trials so far, and from nothing that a crash could lose.

        Args:
            parameters: All that the space may draw.
            seed: The study's.
            number: The trial's, from 0.

        Raises:
            UserError: if the sampler cannot draw from this space.
        """


def seed_of_trial(seed: int, number: int) -> int:
    """A 32-bit seed for the draws of one trial, unlike those of its neighbours."""
    from random import Random

    return Random(f"{seed}:{number}").getrandbits(32)
