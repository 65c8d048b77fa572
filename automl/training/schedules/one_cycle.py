"""A learning rate that rises once and then falls far below where it began."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from automl.training.curve import Score
from automl.training.schedules.cosine import cosine_between
from automl.training.schedules.schedule import Schedule

# Where the rate begins and ends, relative to its peak: the values of torch's OneCycleLR.
BEGIN = 1 / 25
END = BEGIN / 1e4


class OneCycle(Schedule):
    """The one-cycle policy (Smith and Topin 2018, arXiv 1708.07120); momentum stays as it is."""

    warmup: float = Field(default=0.3, gt=0, lt=1)
    """Share of the training in which the learning rate rises."""

    def scale(self, progress: float, curve: Sequence[Score]) -> float:
        """Up from 1/25 to 1, then down to 1/250,000, each along half a cosine."""
        if progress < self.warmup:
            return cosine_between(BEGIN, 1.0, progress / self.warmup)
        return cosine_between(1.0, END, (progress - self.warmup) / (1 - self.warmup))
