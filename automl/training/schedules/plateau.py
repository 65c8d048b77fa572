"""A learning rate that falls when the objective no longer gets better."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from automl.training.curve import Score
from automl.training.schedules.schedule import Schedule


class Plateau(Schedule):
    """Reduce the learning rate on a plateau, as torch's ReduceLROnPlateau does."""

    patience: int = Field(default=2, ge=1)
    """Epochs without a better objective before a reduction, and between two."""

    factor: float = Field(default=0.3, gt=0, lt=1)
    """What each reduction multiplies the learning rate with."""

    def scale(self, progress: float, curve: Sequence[Score]) -> float:
        """``factor`` to the power of the plateaus met so far."""
        best, since, reductions = float("-inf"), 0.0, 0
        for epoch, value in curve:
            if value > best:
                best, since = value, epoch
            elif epoch - since >= self.patience:
                since, reductions = epoch, reductions + 1
        return self.factor**reductions
