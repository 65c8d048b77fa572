"""A learning rate that stays."""

from __future__ import annotations

from collections.abc import Sequence

from automl.training.curve import Score
from automl.training.schedules.schedule import Schedule


class Constant(Schedule):
    """The optimiser's learning rate throughout."""

    def scale(self, progress: float, curve: Sequence[Score]) -> float:
        """Always 1."""
        return 1.0
