"""Something that goes wrong in the middle of a search."""

from __future__ import annotations

from collections.abc import Callable

from automl.core.trial import Measurement
from automl.tuning.context import Watcher


class Striker(Watcher):
    """Does something at the second report of trial 1."""

    def __init__(self, strike: Callable[[], object]) -> None:
        self._strike = strike

    def measure(self, number: int, measurement: Measurement) -> None:
        if (number, measurement.step) == (1, 2):
            self._strike()
