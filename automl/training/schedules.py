"""Schedules: how the learning rate moves over a training.

A schedule is a class here and a line in the table of ``automl.training``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from pydantic import Field

from automl.training.settings import Options

# First and last learning rate of a one-cycle schedule, relative to the largest, as in torch's
# OneCycleLR.
FIRST_SCALE = 1 / 25
LAST_SCALE = FIRST_SCALE / 1e4


class CurvePoint(NamedTuple):
    """The objective at one measurement.

    Args:
        epoch: Epochs trained so far, which may end in a fraction.
        value: Objective, with its sign turned where smaller is better.
    """

    epoch: float
    value: float


def epochs_since_best(curve: Sequence[CurvePoint]) -> float:
    """Epochs from the first of the best points to the last point; 0 for an empty curve."""
    if not curve:
        return 0.0
    best = max(curve, key=lambda point: point.value)
    return curve[-1].epoch - best.epoch


class Schedule(Options, ABC):
    """Options of a schedule: a function of the progress and the measurements so far, with no state.

    So the training loop treats all schedules alike, and a checkpoint need not hold any of them.

    Attributes:
        anneals: Whether the learning rate comes down to next to 0 at the end of the training, so
            that only a whole training has its best weights.
    """

    anneals: ClassVar[bool] = False

    @abstractmethod
    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """The factor of the optimiser's learning rate in the next step, in 0..1.

        Args:
            progress: Share of the training's steps that are done: 0 at the first step, below 1
                at the last.
            curve: Objective at each measurement so far.
        """


class Constant(Schedule):
    """The same learning rate throughout."""

    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """Always 1."""
        return 1.0


class Cosine(Schedule):
    """Cosine annealing to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983), without restarts."""

    anneals: ClassVar[bool] = True

    warmup: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training in which the learning rate first rises, linearly."""

    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """Up linearly, then down from 1 to 0 along half a cosine."""
        if progress < self.warmup:
            return progress / self.warmup
        return cosine_between(1.0, 0.0, (progress - self.warmup) / (1 - self.warmup))


class OneCycle(Schedule):
    """The one-cycle policy (Smith and Topin 2018, arXiv 1708.07120) with constant momentum."""

    anneals: ClassVar[bool] = True

    warmup: float = Field(default=0.3, gt=0, lt=1)
    """Share of the training in which the learning rate rises."""

    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """Up from 1/25 to 1, then down to 1/250,000, each along half a cosine."""
        if progress < self.warmup:
            return cosine_between(FIRST_SCALE, 1.0, progress / self.warmup)
        return cosine_between(1.0, LAST_SCALE, (progress - self.warmup) / (1 - self.warmup))


def cosine_between(start: float, end: float, share: float) -> float:
    """The value ``share`` (0..1) of the way from ``start`` to ``end`` along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


class Plateau(Schedule):
    """Reduce the learning rate when the objective stops improving, as torch's ReduceLROnPlateau."""

    patience: int = Field(default=2, ge=1)
    """Epochs without a better objective before a reduction, and between two reductions."""

    factor: float = Field(default=0.3, gt=0, lt=1)
    """Factor of the learning rate at each reduction."""

    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """``factor`` to the power of the number of reductions so far."""
        best, since, reductions = float("-inf"), 0.0, 0
        for epoch, value in curve:
            if value > best:
                best, since = value, epoch
            elif epoch - since >= self.patience:
                since, reductions = epoch, reductions + 1
        return self.factor**reductions
