"""A split of the data in memory, on the device that trains."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tensors:
    """Examples and their targets.

    Args:
        inputs: (N, …): images as uint8 (N, C, H, W), tokens as int64 (N, length), or floats.
        targets: (N,) int64 class ids.
    """

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: torch.device) -> Tensors:
        """The same on ``device``; costs nothing if they are there already."""
        return Tensors(self.inputs.to(device), self.targets.to(device))

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """A copy of the inputs and of the targets at ``index``, (M,) int64."""
        return self.inputs.index_select(0, index), self.targets.index_select(0, index)


def shuffled_batches(
    examples: int, batch_size: int, seed: int, device: torch.device
) -> list[Tensor]:
    """Every index below ``examples`` once, on ``device``, in an order that ``seed`` decides.

    The last batch is smaller where it does not come out even, but a single example joins the
    batch before it: batch normalisation cannot train on one.
    """
    generator = torch.Generator().manual_seed(seed)
    # Drawn on the CPU, so that the order is the same for every device.
    order = torch.randperm(examples, generator=generator).to(device)
    batches = list(torch.split(order, batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
