"""A whole model."""

from __future__ import annotations

from torch import Tensor, nn

from automl.models.modules.body import Body
from automl.models.preprocessing.preprocess import Preprocess


class Model(nn.Module):
    """From a raw batch to outputs.

    Args:
        preprocess: Turns a raw batch into what the first layer takes.
        body: The layers.
        head: The task's output layer.
    """

    def __init__(self, preprocess: Preprocess, body: Body, head: nn.Module) -> None:
        super().__init__()
        self.preprocess = preprocess
        self.body = body
        self.head = head

    @property
    def stride(self) -> int:
        """Positions of the input for each that the layers end with."""
        return self.body.stride

    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) as the data has it -> (N, outputs) floats."""
        mask = self.preprocess.mask(raw)
        outputs: Tensor = self.head(self.body(self.preprocess(raw), mask))
        return self.preprocess.restore(outputs, raw)
