"""What a value in a search space may be drawn from, in Optuna's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Value = int | float | str | bool | None


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both included. Two ints make an int range.

    Args:
        low: Smallest value; above 0 when ``log``.
        high: Largest value; not below ``low``.
        log: Draw evenly on a logarithmic scale.
        step: Distance between values; None is 1 for ints and continuous for floats.
    """

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = None

    @property
    def is_int(self) -> bool:
        """Whether draws are ints."""
        return isinstance(self.low, int) and isinstance(self.high, int)


@dataclass(frozen=True)
class Choices:
    """One of a few values."""

    values: tuple[Value, ...]


Distribution = Range | Choices


class Suggest(Protocol):
    """Draws the value of one named parameter: an Optuna trial, a random generator, a fixed set.

    Called at most once per name while one configuration is sampled.
    """

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The value drawn for ``name``, always inside ``distribution``."""


@dataclass(frozen=True)
class Parameter:
    """One thing a space may draw.

    Args:
        name: The path a person would write: ``conv.1.filters``.
        distribution: What it is drawn from.
        when: The draws it depends on, each with the values under which it exists:
            ``{"optimizer": ("adamw",)}``, ``{"conv.repeat": (2, 3, 4)}``. Empty: always drawn.
    """

    name: str
    distribution: Distribution
    when: Mapping[str, tuple[Value, ...]]
