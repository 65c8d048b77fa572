"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

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

    nesterov: bool = True
    """Look ahead along the momentum; has no effect without one."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An SGD, fused where torch has the kernel."""
        import torch

        from automl.training.optimizers.parameters import decay_groups, has_fused_kernel, trainable

        return torch.optim.SGD(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            momentum=self.momentum,
            # torch refuses the flag where there is no momentum to look along.
            nesterov=self.nesterov and self.momentum > 0,
            fused=has_fused_kernel(model),
        )
