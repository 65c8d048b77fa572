"""Schedules: options by which the learning rate changes in a training.

Each is a class here and a line in ``SCHEDULES`` of ``automl.training``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from pydantic import Field, model_validator

from automl.training import OPTIMIZERS, SCHEDULES
from automl.training.settings import Options, TrainingSettings, resolve

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


def resolve_schedule(settings: TrainingSettings) -> Schedule:
    """The schedule of the learning rate; constant where the optimiser takes no other.

    Raises:
        UnknownName: if the optimiser or the schedule is not there.
        UserError: if an option of theirs is wrong.
    """
    whole_split = resolve(OPTIMIZERS, settings.optimizer).whole_split
    return resolve(SCHEDULES, {"constant": {}} if whole_split else settings.schedule)


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


class WarmupStableDecay(Schedule):
    """Warm-up, a constant learning rate, and a cooldown to 0 at the end (WSD).

    Until the cooldown it does not depend on the length of the training, so that trials can be
    compared early: with another schedule a good trial may be behind there and ahead at its end.

    Source: Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training
    Durations" (NeurIPS 2024, arXiv 2405.18392): a cooldown of a fifth along 1 - sqrt is as good as
    a cosine over the whole training, and better than a linear one.
    """

    anneals: ClassVar[bool] = True

    cooldown: float = Field(default=0.25, gt=0, lt=1)
    """Share of the training, at its end, in which the learning rate falls along 1 - sqrt."""

    warmup: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training in which the learning rate first rises, linearly."""

    @model_validator(mode="after")
    def _check_shares(self) -> WarmupStableDecay:
        if self.warmup + self.cooldown > 1:
            raise ValueError(
                f"`warmup` (={self.warmup:g}) and `cooldown` (={self.cooldown:g}) must not be more "
                "than 1 together"
            )
        return self

    def scale(self, progress: float, curve: Sequence[CurvePoint]) -> float:
        """Up linearly, then 1, then down to 0."""
        if progress < self.warmup:
            return progress / self.warmup
        cooled = (progress - (1 - self.cooldown)) / self.cooldown
        return 1 - math.sqrt(min(max(cooled, 0.0), 1.0))


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
