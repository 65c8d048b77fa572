"""A learning rate that falls along half a cosine."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from automl.training.curve import Score
from automl.training.schedules.schedule import Schedule


class Cosine(Schedule):
    """Cosine annealing to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983), without restarts."""

    warmup: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training in which the learning rate first rises in a straight line."""

    def scale(self, progress: float, curve: Sequence[Score]) -> float:
        """Up in a straight line, then down from 1 to 0."""
        if progress < self.warmup:
            return progress / self.warmup
        return cosine_between(1.0, 0.0, (progress - self.warmup) / (1 - self.warmup))


def cosine_between(start: float, end: float, share: float) -> float:
    """The value ``share`` (0..1) of the way from ``start`` to ``end`` along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
