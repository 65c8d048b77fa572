"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, ValidationInfo, field_validator

from automl.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    import torch
    from torch import nn


class SGD(Optimizer):
    """Gradient descent with (Nesterov) momentum (Sutskever et al. 2013)."""

    lr: float = Field(default=0.05, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=5e-4, ge=0)
    """Pull of the weights towards zero; biases and norms are left alone."""

    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Share of the last step that is kept."""

    nesterov: bool = Field(default=True, validate_default=True)
    """Look ahead along the momentum; false without one, for then it has no effect."""

    @field_validator("nesterov")
    @classmethod
    def _has_momentum(cls, nesterov: bool, info: ValidationInfo) -> bool:
        return nesterov and info.data.get("momentum", 0.0) > 0

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An SGD, fused where torch has the kernel."""
        import torch

        from automl.training.optimizers.parameters import decay_groups, has_fused_kernel, trainable

        return torch.optim.SGD(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            momentum=self.momentum,
            nesterov=self.nesterov,
            fused=has_fused_kernel(model),
        )
