"""What every optimiser's options have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.options import Options

if TYPE_CHECKING:
    import torch
    from torch import nn


class Optimizer(Options, ABC):
    """Options of an optimiser. A schedule scales ``lr`` while training."""

    lr: float = Field(default=1e-3, gt=0)
    """Learning rate."""

    weight_decay: float = Field(default=0.0, ge=0)
    """Pull of the weights towards zero; biases and norms are left alone."""

    @abstractmethod
    def build(self, model: nn.Module) -> torch.optim.Optimizer:
        """An optimiser of the model's trainable parameters, on the device they are on."""
