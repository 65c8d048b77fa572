"""Several models that answer as one. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from automl.models.modules.model import Model


class Ensemble(nn.Module):
    """The weighted average of models that take the same batches.

    Source: Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).

    Its ``stride`` is the largest of theirs.

    Args:
        members: The models.
        shares: The say of each; they add up to 1.
        average: ``(outputs of all (models, N, …), shares (models,))`` -> outputs (N, …).
    """

    shares: Tensor

    def __init__(
        self,
        members: Sequence[Model],
        shares: Sequence[float],
        average: Callable[[Tensor, Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.stride = max(each.stride for each in members)
        self.register_buffer("shares", torch.tensor(shares, dtype=torch.float32))
        self._average = average

    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) as the data has it -> (N, …), as one model's outputs."""
        return self._average(torch.stack([each(raw) for each in self.members]), self.shares)
