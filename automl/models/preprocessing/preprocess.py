"""What every preprocessing is. Importing this imports torch."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Preprocess(nn.Module, ABC):
    """Turns a raw batch into what the first layer takes; part of the model, so exports carry it."""

    @abstractmethod
    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) as the data has it -> (N, …) float32, or int32 token ids."""

    def mask(self, raw: Tensor) -> Tensor | None:
        """Where a sequence is not padding: bool (N, length); None if nothing is padded."""
        return None

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """The model's outputs, from those of the head: undoes what the target needs undone."""
        return outputs
