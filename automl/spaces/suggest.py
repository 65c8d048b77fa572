"""Draws without Optuna: at random, or of values that are known already."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.core.errors import UserError
from automl.core.registry import nearest
from automl.spaces import domain


class RandomSuggest:
    """Draws uniformly from every distribution, on its own scale.

    Args:
        seed: Seed; the same seed draws the same values if asked in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """A random value for ``name``."""
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
        # Half a value more at both ends, so that the first and last int get their full share.
        margin = 0.5 if distribution.is_int else 0.0
        low, high = math.log(distribution.low - margin), math.log(distribution.high + margin)
        return domain.clipped(distribution, math.exp(self._random.uniform(low, high)))


class FixedSuggest:
    """Gives every parameter the value that a table has for it: a baseline, an earlier trial.

    Args:
        values: Parameter name -> value.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The value of ``name`` in the table.

        Raises:
            UserError: if the table has none.
        """
        if name in self._values:
            return self._values[name]
        guess = nearest(name, tuple(self._values))
        known = f"; the nearest that has one is {guess!r}" if guess else ""
        raise UserError(f"no value is given for the parameter {name!r}{known}")
