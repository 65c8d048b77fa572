"""What every preprocessing in Keras is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from automl.export.keras.flow import Flow


class Preparation(ABC):
    """Builds what a model does to its raw input and, in the end, to its outputs. Stateless."""

    @abstractmethod
    def prepare(self, module: Any, raw: Any) -> Flow:
        """What reaches the first layer.

        Args:
            module: The PyTorch module, with its numbers.
            raw: The model's input, a Keras tensor.
        """

    def restore(self, module: Any, outputs: Any, raw: Any) -> Any:
        """The model's outputs, from those of the head; both are Keras tensors."""
        return outputs
