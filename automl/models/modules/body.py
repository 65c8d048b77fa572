"""Layers in a row."""

from __future__ import annotations

from torch import Tensor, nn

from automl.models.modules.masked import Masked


class Body(Masked, nn.Sequential):
    """Runs its layers in order and tells those that want to know where the padding is."""

    @property
    def stride(self) -> int:  # type: ignore[override]
        """Positions of the input for each of the output."""
        product = 1
        for layer in self:
            product *= layer.stride if isinstance(layer, Masked) else 1
        return product

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, …) -> (N, …): what the last layer gives."""
        for layer in self:
            if isinstance(layer, Masked):
                inputs, mask = layer(inputs, mask), layer.next_mask(mask)
            else:
                inputs = layer(inputs)
        return inputs

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask after the last layer."""
        for layer in self:
            if isinstance(layer, Masked):
                mask = layer.next_mask(mask)
        return mask
