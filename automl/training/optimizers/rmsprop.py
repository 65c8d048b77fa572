"""RMSprop: steps divided by the running size of the gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    import torch
    from torch import nn


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton 2012, Coursera lecture 6.5)."""

    momentum: float = Field(default=0.0, ge=0, lt=1)
    """Share of the last step that is kept."""

    alpha: float = Field(default=0.99, ge=0, lt=1)
    """Decay of the running mean of the squared gradients."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An RMSprop; torch has no fused kernel for it."""
        import torch

        from automl.training.optimizers.parameters import decay_groups, trainable

        return torch.optim.RMSprop(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            momentum=self.momentum,
            alpha=self.alpha,
        )
