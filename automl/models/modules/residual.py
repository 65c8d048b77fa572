"""The sum of two paths."""

from __future__ import annotations

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """``body(x) + shortcut(x)``.

    Args:
        body: The layers.
        shortcut: Brings the input to the shape of the body's output.
    """

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, inputs: Tensor) -> Tensor:
        """The sum of both paths, floats of the body's output shape."""
        total: Tensor = self.body(inputs) + self.shortcut(inputs)
        return total
