"""A split of the data in memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from automl.core.shape import PADDING


@dataclass(frozen=True)
class Tensors:
    """Examples and their targets, on the device that trains or, if too large for it, on the host.

    Args:
        inputs: (N, …): images as uint8 (N, C, H, W), tokens as int32 (N, length), or floats.
        targets: (N,) int64 class ids, or float32 (N, steps, names).
        lengths: (N,) int64: how many tokens of each text are no padding; None if nothing is padded.
    """

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None = None

    @staticmethod
    def of_texts(tokens: Tensor, targets: Tensor) -> Tensors:
        """Texts as tokens (N, length) that end in padding."""
        return Tensors(tokens, targets, (tokens != PADDING).sum(dim=1))

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: torch.device) -> Tensors:
        """The same on ``device``; costs nothing if they are there already."""
        lengths = None if self.lengths is None else self.lengths.to(device)
        return Tensors(self.inputs.to(device), self.targets.to(device), lengths)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """A copy of the inputs and of the targets at ``index``, (M,) int64.

        Texts are as long as the longest of them.
        """
        return self.inputs_at(index), self.targets.index_select(0, index)

    def inputs_at(self, index: Tensor) -> Tensor:
        """The inputs alone."""
        inputs = self.inputs.index_select(0, index)
        if self.lengths is None:
            return inputs
        return inputs[:, : int(self.lengths.index_select(0, index).max())]
