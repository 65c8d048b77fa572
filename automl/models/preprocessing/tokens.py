"""What happens to texts before the first layer. Importing this imports torch."""

from __future__ import annotations

import torch
from torch import Tensor

from automl.core.shape import PADDING
from automl.models.preprocessing.preprocess import Preprocess


class TokenIds(Preprocess):
    """Gives token ids on as they are; has no options."""

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length) int32 -> the same."""
        return raw

    def mask(self, raw: Tensor) -> Tensor:
        """Where ``raw`` is no ``PADDING``, and the first position.

        So an empty text is one of a single ``PADDING``: a mean over no positions would be NaN.
        """
        first = torch.arange(raw.shape[1], device=raw.device) == 0
        return (raw != PADDING) | first
