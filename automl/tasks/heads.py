"""Output layers. Importing this imports torch."""

from __future__ import annotations

from torch import Tensor, nn

from automl.core.data_types import Shape
from automl.core.errors import Infeasible


def dense_head(shape: Shape, outputs: int) -> nn.Linear:
    """A dense layer from a vector to ``outputs`` numbers.

    Raises:
        Infeasible: if the network does not end in a vector.
    """
    if len(shape) != 1:
        raise Infeasible(
            f"the output layer needs a vector, got {shape}: "
            "end the network with flatten or global_avg_pool"
        )
    return nn.Linear(shape[0], outputs)


class ByStep(nn.Module):
    """Arranges the outputs of a dense layer by step.

    Args:
        steps: Number of steps of each quantity.
        names: Number of quantities.
    """

    def __init__(self, steps: int, names: int) -> None:
        super().__init__()
        self.steps, self.names = steps, names

    def forward(self, values: Tensor) -> Tensor:
        """(N, steps * names) floats -> (N, steps, names) float32."""
        return values.float().reshape(-1, self.steps, self.names)
