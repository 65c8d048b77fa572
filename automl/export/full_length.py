"""Texts at their full length, for layers with a stride. Importing this imports torch."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from automl.core.shape import PADDING


class FullLength(nn.Module):
    """A model of texts that fills each batch up with padding first, which changes no output.

    PyTorch 2.3 cannot trace a stride over a length that it does not know; later ones trace it
    unless the length may come down to 1.

    Args:
        model: (N, up to ``length``) int32 -> outputs.
        length: The most tokens that a text has.
    """

    def __init__(self, model: nn.Module, length: int) -> None:
        super().__init__()
        self.model = model
        self.length = length

    def forward(self, raw: Tensor) -> Tensor:
        """As the model's own."""
        # Too many and then cut: padding of a length that may be 0 is not traced either.
        filled = functional.pad(raw, (0, self.length), value=PADDING)[:, : self.length]
        outputs: Tensor = self.model(filled)
        return outputs
