"""Distributions that values in a search space are drawn from, in Optuna's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Value = int | float | str | bool | None


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both included; ints if both ends are ints.

    Args:
        low: Smallest value; above 0 when ``log``.
        high: Largest value; not below ``low``.
        log: Whether to draw evenly on a logarithmic scale.
        step: Distance between values; None means 1 for ints and continuous for floats.
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
    """One of several values."""

    values: tuple[Value, ...]


Distribution = Range | Choices


class Suggest(Protocol):
    """Draws the value of a named parameter: from an Optuna trial, at random, or from a table.

    Called at most once for each name while one configuration is sampled.
    """

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The value drawn for ``name``, always inside ``distribution``."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a search space.

    Args:
        name: The path a person would write: ``conv.1.filters``.
        distribution: The distribution it is drawn from.
        when: Parameters it depends on, each with the values for which it exists:
            ``{"optimizer": ("adamw",)}``, ``{"conv.repeat": (2, 3, 4)}``. Empty: always drawn.
    """

    name: str
    distribution: Distribution
    when: Mapping[str, tuple[Value, ...]]
