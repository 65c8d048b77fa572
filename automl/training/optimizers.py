"""Optimisers: options that build them for a training.

Each is a class here and a line in ``OPTIMIZERS`` of ``automl.training``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from automl.training.settings import Options

if TYPE_CHECKING:
    import torch
    from torch import nn


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
