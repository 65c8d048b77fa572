"""Draws at random."""

from __future__ import annotations

import math
import random

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.spaces import domain


class RandomSuggest:
    """Draws evenly from every distribution, on a logarithmic scale where it says so.

    Args:
        seed: The same seed draws the same values, if asked in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """A value drawn for ``name``."""
        if isinstance(distribution, Choices):
            return self._random.choice(distribution.values)
        if distribution.log:
            return self._logarithmic(distribution)
        size = domain.count(distribution)
        if size is not None:
            return domain.value_at(distribution, self._random.randrange(size))
        number = self._random.uniform(distribution.low, distribution.high)
        return domain.clipped(distribution, number)

    def _logarithmic(self, distribution: Range) -> Value:
        # Half a value more at both ends: the first and last int are then as likely as their share.
        margin = 0.5 if distribution.is_int else 0.0
        low, high = math.log(distribution.low - margin), math.log(distribution.high + margin)
        return domain.clipped(distribution, math.exp(self._random.uniform(low, high)))
