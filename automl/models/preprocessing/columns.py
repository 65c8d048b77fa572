"""What a model does to a table's columns first. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from automl.models.preprocessing.preprocess import Preprocess

# Where numbers saturate; this, the robust scale and the formula: Holzmüller et al., "Better by
# default: strong pre-tuned MLPs and boosted trees on tabular data" (NeurIPS 2024).
LARGEST = 3.0
SQUARABLE = 1e9


class Columns(Preprocess):
    """Scales numbers, flags missing ones, and gives each category a place of its own.

    A number far from the others neither squeezes them together nor stands out by much:
    ``z = (x - center) / scale`` becomes ``z / sqrt(1 + (z / 3)²)``, which lies between -3 and 3.

    Args:
        center: Of each number: what becomes 0.
        scale: Of each number: the distance from there that becomes (nearly) 1; not 0.
        flagged: Places of the numbers that can be missing; each adds a flag to the vector.
        sizes: Of each category: how many values it has.

    Raises:
        ValueError: if ``center`` and ``scale`` differ in length.
    """

    center: Tensor
    scale: Tensor
    flagged: Tensor
    column: Tensor
    value: Tensor

    def __init__(
        self,
        center: Sequence[float],
        scale: Sequence[float],
        flagged: Sequence[int],
        sizes: Sequence[int],
    ) -> None:
        super().__init__()
        if len(center) != len(scale):
            raise ValueError(f"{len(center)} numbers in `center`, but {len(scale)} in `scale`")
        places = [(at, value) for at, size in enumerate(sizes) for value in range(size)]
        self.register_buffer("center", torch.tensor(center, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        column = [len(center) + at for at, _ in places]
        self.register_buffer("column", torch.tensor(column, dtype=torch.int64))
        value = [value for _, value in places]
        self.register_buffer("value", torch.tensor(value, dtype=torch.float32))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, columns) float32, numbers before categories -> (N, features) float32.

        NaN is a missing number. A category is the index of its value; any other number, as -1, is
        none of its values. The vector holds the numbers, the flags, then a place for each value.
        """
        numbers = raw[:, : len(self.center)]
        missing = torch.isnan(numbers)
        scaled = torch.where(missing, self.center, numbers).sub(self.center).div(self.scale)
        scaled = scaled.clamp(-SQUARABLE, SQUARABLE)
        scaled = scaled * torch.rsqrt(1 + (scaled / LARGEST) ** 2)
        flags = missing.index_select(1, self.flagged).to(raw.dtype)
        values = (raw.index_select(1, self.column) == self.value).to(raw.dtype)
        return torch.cat([scaled, flags, values], dim=1)
