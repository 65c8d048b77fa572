"""One torch optimiser that runs Muon on hidden weights and AdamW on all else.

torch.optim.Muon takes matrices only, so it would leave out every convolution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from automl.training.optimizers.parameters import decay_groups, has_fused_kernel, trainable

# Coefficients and number of Newton-Schulz iterations, from https://kellerjordan.github.io/posts/muon
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class MuonAdamW(torch.optim.AdamW):
    """AdamW whose groups marked ``muon`` take orthogonal momentum steps instead.

    Args:
        model: What is optimised.
        lr: Learning rate of both methods.
        weight_decay: Decoupled decay of weights, of both methods.
        momentum: Nesterov momentum of Muon.
    """

    def __init__(self, model: nn.Module, lr: float, weight_decay: float, momentum: float) -> None:
        hidden = hidden_weights(model)
        known = {id(each) for each in hidden}
        rest = [each for each in trainable(model) if id(each) not in known]
        groups = [{**group, "muon": False} for group in decay_groups(rest, weight_decay)]
        if hidden:
            muon = {"muon": True, "momentum": momentum, "weight_decay": weight_decay}
            groups.append({"params": hidden, **muon})
        super().__init__(groups, lr=lr, fused=has_fused_kernel(model))

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step; the gradients of Muon's weights are used up by it."""
        for group in self.param_groups:
            for weight in group["params"] if group["muon"] else ():
                if weight.grad is not None:
                    self._muon_step(weight, weight.grad, group)
                    weight.grad = None  # AdamW passes over what has no gradient.
        return super().step(closure)

    def _muon_step(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        buffer = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
        buffer.lerp_(gradient, 1 - group["momentum"])
        nesterov = gradient.lerp(buffer, group["momentum"])
        matrix = nesterov.flatten(1)
        update = orthogonalize(matrix).view_as(weight)
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(update, alpha=-group["lr"] * 0.2 * max(matrix.shape) ** 0.5)


def hidden_weights(model: nn.Module) -> list[nn.Parameter]:
    """Weights of two or more dimensions, but for embeddings and the output layer.

    Those two do better under AdamW (Jordan et al. 2024).
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
    """The (rows, columns) matrix with its singular values brought near 1, by Newton-Schulz."""
    a, b, c = COEFFICIENTS
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x.div(torch.linalg.matrix_norm(x) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x if wide else x.T
