"""How the next configuration is drawn: one file a sampler."""

from __future__ import annotations

from abc import ABC, abstractmethod
from random import Random
from typing import TYPE_CHECKING, ClassVar

from automl.core.distributions import Parameter

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


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
