"""A torch optimiser that runs Muon on hidden weights and AdamW on all other parameters.

``torch.optim.Muon``, which torch has since 2.9, takes matrices only and would leave out every
convolution.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from automl.training.optimizers import decay_groups, trainable

# Coefficients and number of Newton-Schulz iterations, from https://kellerjordan.github.io/posts/muon
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5

# Of AdamW, for the parameters that Muon does not take.
BETAS = (0.9, 0.999)
EPSILON = 1e-8


class MuonAdamW(torch.optim.Optimizer):
    """Orthogonal momentum steps for hidden weights, AdamW steps for all others.

    Args:
        model: Model whose trainable parameters are optimised.
        lr: Learning rate of both methods.
        weight_decay: Decoupled weight decay of both methods.
        momentum: Nesterov momentum of Muon.
    """

    def __init__(self, model: nn.Module, lr: float, weight_decay: float, momentum: float) -> None:
        hidden = hidden_weights(model)
        in_muon = {id(each) for each in hidden}
        rest = [each for each in trainable(model) if id(each) not in in_muon]
        groups = [{**group, "muon": False} for group in decay_groups(rest, weight_decay)]
        if hidden:
            groups.append({"params": hidden, "weight_decay": weight_decay, "muon": True})
        super().__init__(groups, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step on every parameter that has a gradient."""
        for group in self.param_groups:
            direction = self._muon if group["muon"] else self._adamw
            for weight in group["params"]:
                if weight.grad is not None:
                    update = direction(self.state[weight], weight.grad, group)
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    weight.sub_(update, alpha=group["lr"])

    def _muon(self, state: dict[str, Any], gradient: Tensor, group: dict[str, Any]) -> Tensor:
        momentum = state.setdefault("momentum", torch.zeros_like(gradient))
        momentum.lerp_(gradient, 1 - group["momentum"])
        matrix = gradient.lerp(momentum, group["momentum"]).flatten(1)
        # The scale gives the step the size of one of AdamW's.
        return orthogonalize(matrix).view(gradient.shape) * (0.2 * math.sqrt(max(matrix.shape)))

    def _adamw(self, state: dict[str, Any], gradient: Tensor, group: dict[str, Any]) -> Tensor:
        mean: Tensor = state.setdefault("mean", torch.zeros_like(gradient))
        square: Tensor = state.setdefault("square", torch.zeros_like(gradient))
        step: int = state.get("step", 0) + 1
        state["step"] = step
        mean.lerp_(gradient, 1 - BETAS[0])
        square.lerp_(gradient.square(), 1 - BETAS[1])
        # Both running means start at 0, which makes them too small at first.
        unbiased, spread = mean / (1 - BETAS[0] ** step), square / (1 - BETAS[1] ** step)
        return unbiased.div(spread.sqrt() + EPSILON)


def hidden_weights(model: nn.Module) -> list[nn.Parameter]:
    """Weights of two or more dimensions, without embeddings and the output layer.

    Those two do better with AdamW (Jordan et al. 2024).
    """
    weights = [
        parameter
        for module in model.modules()
        if not isinstance(module, nn.Embedding)
        for parameter in module.parameters(recurse=False)
        if parameter.requires_grad and parameter.ndim >= 2
    ]
    return weights[:-1]


def orthogonalize(matrix: Tensor) -> Tensor:
    """(rows, columns) -> the same shape, with singular values near 1, by Newton-Schulz."""
    a, b, c = COEFFICIENTS
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x.div(torch.linalg.matrix_norm(x) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x if wide else x.T
