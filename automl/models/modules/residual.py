"""The sum of two paths."""

from __future__ import annotations

from torch import Tensor, nn

from automl.models.modules.body import Body
from automl.models.modules.masked import Masked


class ResidualBlock(Masked):
    """``body(x) + shortcut(x)``.

    Args:
        body: The layers.
        shortcut: Brings the input to the shape of the body's output.
    """

    def __init__(self, body: Body, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut
        self.stride = body.stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """The sum of both paths, floats of the body's output shape."""
        masked = isinstance(self.shortcut, Masked)
        around = self.shortcut(inputs, mask) if masked else self.shortcut(inputs)
        total: Tensor = self.body(inputs, mask) + around
        return total

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """As the body's."""
        return self.body.next_mask(mask)
