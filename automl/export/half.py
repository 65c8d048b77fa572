"""Weights of 16 bits, with which layers compute in float32. Importing this imports torch.

On most processors arithmetic of 16 bits is slower, and numbers above 65,504 are none: a table's
columns and a forecast's values often are above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


def is_matrix(shape: Sequence[int]) -> bool:
    """Whether numbers of such a shape are worth it: biases and statistics are few."""
    return sum(size > 1 for size in shape) > 1


def halved(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a model with its matrices in half precision."""
    return {name: each.half() if _is_worth_it(each) else each for name, each in weights.items()}


def _is_worth_it(weight: Tensor) -> bool:
    return weight.dtype == torch.float32 and is_matrix(weight.shape)


class HalfWeights(nn.Module):
    """A model that keeps its matrices in half precision, to be traced.

    Args:
        model: In eval mode.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        for parameter in model.parameters():
            parameter.requires_grad_(False)
            if _is_worth_it(parameter):
                parameter.data = parameter.data.half()

    def forward(self, raw: Tensor) -> Tensor:
        """As the model's own."""
        weights = {name: each.float() for name, each in self.model.named_parameters()}
        outputs: Tensor = torch.func.functional_call(self.model, weights, (raw,))
        return outputs
