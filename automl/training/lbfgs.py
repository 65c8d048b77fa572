"""A torch optimiser that runs L-BFGS on a loss with an L2 term.

``torch.optim.LBFGS`` knows no weight decay, and takes only gradients in the contiguous layout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from automl.training.optimizers import trainable

# Largest gradient, and change of the loss, at which the optimum is reached: in float32 there is
# nothing to gain below. A step at the optimum computes the loss only once.
LEAST_GRADIENT, LEAST_CHANGE = 1e-5, 1e-7


class RegularizedLBFGS(torch.optim.LBFGS):
    """L-BFGS with a strong Wolfe line search on a loss plus half the squared weights.

    Args:
        model: Model whose trainable parameters are optimised.
        lr: Length of a step that the line search tries first.
        weight_decay: Factor of half the squared weights; biases and norms do not count.
        iterations: Most iterations in a step.
        evaluations: Most times that a step computes the loss.
        history: Earlier iterations that the curvature is estimated from.
    """

    def __init__(
        self,
        model: nn.Module,
        lr: float,
        weight_decay: float,
        iterations: int,
        evaluations: int,
        history: int,
    ) -> None:
        self._decay = weight_decay
        super().__init__(
            trainable(model),
            lr=lr,
            max_iter=iterations,
            max_eval=evaluations,
            history_size=history,
            line_search_fn="strong_wolfe",
            tolerance_grad=LEAST_GRADIENT,
            tolerance_change=LEAST_CHANGE,
        )

    def step(self, closure: Callable[[], Tensor]) -> Any:  # type: ignore[override]
        """Take one step.

        Args:
            closure: Function that computes the loss, a scalar, and its gradients. It must give the
                same at the same weights.

        Returns:
            The loss with its L2 term before the step, a scalar.
        """
        return super().step(lambda: self._add_decay(closure()))  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def _add_decay(self, loss: Tensor) -> Tensor:
        """Add the L2 term to a loss, and its gradient to the gradients."""
        loss = loss.detach().clone()
        for weight in self.param_groups[0]["params"]:
            if weight.grad is None:
                continue
            if weight.ndim >= 2:
                loss += self._decay / 2 * weight.square().sum()
                weight.grad.add_(weight, alpha=self._decay)
            weight.grad = weight.grad.contiguous()
        return loss
