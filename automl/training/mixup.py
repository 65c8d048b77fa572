"""Mixup: train on blends of pairs of examples."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from automl.training.draws import Draws


@dataclass(frozen=True)
class Mixup:
    """One draw of mixup (Zhang et al. 2018, arXiv 1710.09412), for one batch.

    Args:
        share: What an example keeps of itself, in 0..1; its partner gives the rest.
        partner: (N,) int64: whom each example is blended with.
    """

    share: float
    partner: Tensor

    @staticmethod
    def draw(alpha: float, examples: int, draws: Draws) -> Mixup:
        """Draw a share from Beta(alpha, alpha), and a partner for each of ``examples``."""
        generator = draws.tensors
        partner = torch.randperm(examples, generator=generator, device=generator.device)
        return Mixup(draws.numbers.betavariate(alpha, alpha), partner)

    def blend(self, inputs: Tensor, targets: Tensor, classes: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets of a batch, both blended."""
        return self.blend_inputs(inputs), self.blend_targets(targets, classes)

    def blend_inputs(self, inputs: Tensor) -> Tensor:
        """(N, …) numbers -> (N, …) float32 on the same scale."""
        inputs = inputs.float()
        return inputs[self.partner].lerp(inputs, self.share)

    def blend_targets(self, targets: Tensor, classes: int) -> Tensor:
        """(N,) class ids -> (N, classes) float32 probabilities."""
        one_hot = functional.one_hot(targets, classes).float()
        return one_hot[self.partner].lerp(one_hot, self.share)
