"""Optimisers, and schedules of their learning rate: options that build them for a training.

Each is a class here and a line in a table of ``automl.training``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import Field, ValidationInfo, field_validator, model_validator

from automl.training import OPTIMIZERS, SCHEDULES
from automl.training.settings import Options, TrainingSettings, resolve

if TYPE_CHECKING:
    import torch
    from torch import nn

# First and last learning rate of a one-cycle schedule, relative to the largest, as in torch's
# OneCycleLR.
FIRST_SCALE = 1 / 25
LAST_SCALE = FIRST_SCALE / 1e4


class Optimizer(Options, ABC):
    """Options of an optimiser. A schedule scales ``lr`` while training.

    Attributes:
        whole_split: Whether a step is on the whole train split, and not on a batch. Such an
            optimiser finds the length of its steps itself: no schedule and no ``clip_norm`` apply.
    """

    whole_split: ClassVar[bool] = False

    lr: float = Field(default=1e-3, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=0.0, ge=0)
    """Decay of the weights towards zero; biases and norms do not decay."""

    @property
    def evaluations(self) -> int:
        """Most times that a step computes the loss and its gradients."""
        return 1

    @abstractmethod
    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An optimiser of the model's trainable parameters, on their device."""


class AdamW(Optimizer):
    """AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101)."""

    weight_decay: float = Field(default=1e-2, ge=0)
    """Decay of the weights towards zero; biases and norms do not decay."""

    beta1: float = Field(default=0.9, ge=0, lt=1)
    """Decay of the running mean of the gradients."""

    beta2: float = Field(default=0.999, ge=0, lt=1)
    """Decay of the running mean of their squares."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """``torch.optim.AdamW``, fused where torch has the kernel."""
        import torch

        return torch.optim.AdamW(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            betas=(self.beta1, self.beta2),
            fused=has_fused_kernel(model),
        )


class SGD(Optimizer):
    """Gradient descent with (Nesterov) momentum (Sutskever et al. 2013)."""

    lr: float = Field(default=0.05, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=5e-4, ge=0)
    """Decay of the weights towards zero; biases and norms do not decay."""

    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Share of the previous step that is kept."""

    nesterov: bool = Field(default=True, validate_default=True)
    """Whether to look ahead along the momentum; false without momentum, where it has no effect."""

    @field_validator("nesterov")
    @classmethod
    def _has_momentum(cls, nesterov: bool, info: ValidationInfo) -> bool:
        return nesterov and info.data.get("momentum", 0.0) > 0

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """``torch.optim.SGD``, fused where torch has the kernel."""
        import torch

        return torch.optim.SGD(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            momentum=self.momentum,
            nesterov=self.nesterov,
            fused=has_fused_kernel(model),
        )


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton 2012, Coursera lecture 6.5)."""

    momentum: float = Field(default=0.0, ge=0, lt=1)
    """Share of the previous step that is kept."""

    alpha: float = Field(default=0.99, ge=0, lt=1)
    """Decay of the running mean of the squared gradients."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """``torch.optim.RMSprop``, for which torch has no fused kernel."""
        import torch

        return torch.optim.RMSprop(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            momentum=self.momentum,
            alpha=self.alpha,
        )


class Muon(Optimizer):
    """Muon for hidden weights (Jordan et al. 2024), AdamW for all other parameters.

    Its steps are as large as AdamW's (Liu et al. 2025, arXiv 2502.16982), so both share one ``lr``
    and one ``weight_decay``.
    """

    lr: float = Field(default=0.01, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=1e-2, ge=0)
    """Decay of the weights towards zero; biases and norms do not decay."""

    momentum: float = Field(default=0.95, ge=0, lt=1)
    """Share of the previous step that is kept."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """One optimiser that runs both methods."""
        from automl.training.muon import MuonAdamW

        return MuonAdamW(model, self.lr, self.weight_decay, self.momentum)


class LBFGS(Optimizer):
    """L-BFGS (Liu and Nocedal 1989): a quasi-Newton method, for linear models above all.

    Each step is on the whole train split, in full precision, and takes ``iterations`` of the method
    with a line search (strong Wolfe conditions). An epoch is one step.
    """

    whole_split: ClassVar[bool] = True

    lr: float = Field(default=1.0, gt=0)
    """Length of a step that the line search tries first, relative to the method's own."""

    weight_decay: float = Field(default=1e-4, ge=0)
    """Weight of half the squared weights in the loss (L2); biases and norms have none."""

    iterations: int = Field(default=5, ge=1)
    """Iterations in a step, most of which read the train split once."""

    history: int = Field(default=10, ge=1)
    """Earlier iterations that tell the curvature; each takes two copies of the weights."""

    @property
    def evaluations(self) -> int:
        """One before the first iteration, one for each, and a few for where a line is searched."""
        return 2 + self.iterations * 5 // 4

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """``torch.optim.LBFGS`` with an L2 term."""
        from automl.training.lbfgs import RegularizedLBFGS

        return RegularizedLBFGS(
            model, self.lr, self.weight_decay, self.iterations, self.evaluations, self.history
        )


def decay_groups(parameters: list[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups in which only weight matrices and kernels decay.

    Biases and the gains of norms have fewer than two dimensions; decaying them hurts (He et al.
    2019, arXiv 1812.01187, section 3.1).
    """
    matrices = [each for each in parameters if each.ndim >= 2]
    vectors = [each for each in parameters if each.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def trainable(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that are trained."""
    return [each for each in model.parameters() if each.requires_grad]


def has_fused_kernel(model: nn.Module) -> bool:
    """Whether torch can update all of the model's parameters in one kernel: CPU from 2.4 on."""
    import torch

    kind = next(model.parameters()).device.type
    return kind == "cuda" or (kind == "cpu" and torch.__version__ >= "2.4")


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
