"""The values of a distribution: number, middle, words; and draws without Optuna."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.core.errors import UserError
from automl.core.registry import nearest


def count(distribution: Distribution) -> int | None:
    """Number of values; None if they are continuous."""
    if isinstance(distribution, Choices):
        return len(distribution.values)
    if distribution.low == distribution.high:
        return 1
    step = _step(distribution)
    if step is None:
        return None
    return int((_exact(distribution.high) - _exact(distribution.low)) // step) + 1


def value_at(distribution: Distribution, index: int) -> Value:
    """Value number ``index``, from 0, of a discrete distribution."""
    if isinstance(distribution, Choices):
        return distribution.values[index]
    return _number_at(distribution, index)


def values(distribution: Distribution) -> tuple[Value, ...]:
    """All values of a discrete distribution."""
    return tuple(value_at(distribution, index) for index in range(count(distribution) or 0))


def middle(distribution: Distribution) -> Value:
    """The first choice, or the middle of a range: the geometric one on a logarithmic scale."""
    if isinstance(distribution, Choices):
        return distribution.values[0]
    if distribution.log:
        return clipped(distribution, math.sqrt(distribution.low) * math.sqrt(distribution.high))
    size = count(distribution)
    if size is None:
        return clipped(distribution, (distribution.low + distribution.high) / 2)
    return value_at(distribution, (size - 1) // 2)


def clipped(distribution: Range, number: float) -> int | float:
    """``number`` in the type of the range (ints are rounded), moved inside it."""
    nearest = round(number) if distribution.is_int else number
    return min(max(nearest, distribution.low), distribution.high)


def accept(distribution: Distribution, value: Value) -> Value:
    """``value`` in the type of the distribution: 1 becomes 1.0 where floats are drawn.

    Raises:
        ValueError: if it is outside; the message says the values.
    """
    if isinstance(distribution, Choices):
        for choice in distribution.values:
            if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                return choice
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value if distribution.is_int else float(value)
        if _holds(distribution, number):
            return number
    raise ValueError(f"must be {words(distribution)}")


def words(distribution: Distribution) -> str:
    """A distribution in words: ``16 | 32 | 64``, ``0.0001 … 0.01 (log)``."""
    if isinstance(distribution, Choices):
        return " | ".join(_word(value) for value in distribution.values)
    scale = " (log)" if distribution.log else ""
    step = "" if distribution.step is None else f" (step {distribution.step})"
    return f"{distribution.low} … {distribution.high}{scale}{step}"


def trimmed(distribution: Range) -> Range:
    """The range with ``high`` lowered to the last value that its steps reach."""
    size = count(distribution)
    if size is None:
        return distribution
    return replace(distribution, high=_number_at(distribution, size - 1))


def _number_at(distribution: Range, index: int) -> int | float:
    number = _exact(distribution.low) + index * (_step(distribution) or 0)
    return int(number) if distribution.is_int else float(number)


def _holds(distribution: Range, number: int | float) -> bool:
    if not isinstance(number, type(distribution.low)):
        return False
    if not distribution.low <= number <= distribution.high:
        return False
    step = _step(distribution)
    return step is None or (_exact(number) - _exact(distribution.low)) % step == 0


def _step(distribution: Range) -> Fraction | None:
    if distribution.step is not None:
        return _exact(distribution.step)
    return Fraction(1) if distribution.is_int else None


def _exact(number: int | float) -> Fraction:
    # By its decimal digits, so that the third value of 0.1, 0.2, … is exactly 0.3.
    return Fraction(str(number))


def _word(value: Value) -> str:
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


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
        size = count(distribution)
        if size is not None:
            return value_at(distribution, self._random.randrange(size))
        number = self._random.uniform(distribution.low, distribution.high)
        return clipped(distribution, number)

    def _logarithmic(self, distribution: Range) -> Value:
        # Half a value more at both ends, so that the first and last int get their full share.
        margin = 0.5 if distribution.is_int else 0.0
        low, high = math.log(distribution.low - margin), math.log(distribution.high + margin)
        return clipped(distribution, math.exp(self._random.uniform(low, high)))


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
