"""AdamW: Adam with decoupled weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    import torch
    from torch import nn


class AdamW(Optimizer):
    """AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101)."""

    weight_decay: float = Field(default=1e-2, ge=0)
    """Pull of the weights towards zero; biases and norms are left alone."""

    beta1: float = Field(default=0.9, ge=0, lt=1)
    """Decay of the running mean of the gradients."""

    beta2: float = Field(default=0.999, ge=0, lt=1)
    """Decay of the running mean of their squares."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An AdamW, fused where torch has the kernel."""
        import torch

        from automl.training.optimizers.parameters import decay_groups, has_fused_kernel, trainable

        return torch.optim.AdamW(
            decay_groups(trainable(model), self.weight_decay),
            lr=self.lr,
            betas=(self.beta1, self.beta2),
            fused=has_fused_kernel(model),
        )
