"""Muon: momentum whose matrices are made orthogonal before the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    import torch
    from torch import nn


class Muon(Optimizer):
    """Muon for hidden weights (Jordan et al. 2024), AdamW for all else.

    Steps have the size of AdamW's (Liu et al. 2025, arXiv 2502.16982), so that one ``lr`` and one
    ``weight_decay`` serve both.
    """

    lr: float = Field(default=0.01, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=1e-2, ge=0)
    """Pull of the weights towards zero; biases and norms are left alone."""

    momentum: float = Field(default=0.95, ge=0, lt=1)
    """Share of the last step that is kept."""

    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """A Muon for hidden weights with an AdamW for the others in it."""
        from automl.training.optimizers.muon_adamw import MuonAdamW

        return MuonAdamW(model, self.lr, self.weight_decay, self.momentum)
