"""Modules of tables: vectors for the columns of a row, and what RealMLP learns of each feature."""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.core.data_types import TableRow

# How much faster factors of features are learned than other weights, and how much more slowly
# the shares of activations. Source: Holzmüller et al., "Better by default" (2024).
SCALE_SPEED, SHARE_SPEED = 6.0, 0.1


class ColumnEmbedding(nn.Module):
    """Embeds the numbers and the large categories of rows, and leaves the other features as is.

    Args:
        row: Shape of a row.
        numbers: Module from numbers (N, numbers) to their vectors (N, features).
        size: Length of the vector of each category with more values; None keeps all one-hot.
    """

    def __init__(self, row: TableRow, numbers: nn.Module, size: int | None) -> None:
        super().__init__()
        self.row = row
        self.numbers = numbers if row.numbers else nn.Identity()
        sizes = row.categories
        large = [size is not None and each > size for each in sizes]
        self.categories = nn.ModuleList(
            nn.Linear(each, size or each, bias=False) if embedded else nn.Identity()
            for each, embedded in zip(sizes, large, strict=True)
        )

    def forward(self, rows: Tensor) -> Tensor:
        """(N, features) floats -> (N, features') floats: numbers, flags, categories."""
        row = self.row
        sizes = [row.numbers, row.flags, *row.categories]
        numbers, flags, *categories = rows.split(sizes, dim=1)  # type: ignore[no-untyped-call]
        embedded = [embed(each) for embed, each in zip(self.categories, categories, strict=True)]
        return torch.cat([self.numbers(numbers), flags, *embedded], dim=1)


class Periodic(nn.Module):
    """Vectors of numbers: cosines of learned frequencies, a dense layer, then the number itself.

    Source: Holzmüller et al., "Better by default" (2024), whose first weights these are.

    Args:
        numbers: Number of columns.
        size: Length of a number's vector, at least 2.
        frequencies: Number of cosines of each number.
        scale: Standard deviation of the frequencies at first.
        relu: Whether relu follows the dense layer.
    """

    def __init__(self, numbers: int, size: int, frequencies: int, scale: float, relu: bool) -> None:
        super().__init__()
        self.relu = relu
        # Flat, because vectors do not decay: frequencies and phases are no weights of a sum.
        self.frequencies = nn.Parameter(scale * torch.randn(numbers * frequencies))
        self.phases = nn.Parameter(pi * (2 * torch.rand(numbers * frequencies) - 1))
        bound = frequencies**-0.5
        self.weight = nn.Parameter(bound * (2 * torch.rand(numbers, frequencies, size - 1) - 1))
        self.bias = nn.Parameter(bound * (2 * torch.rand(numbers * (size - 1)) - 1))

    def forward(self, numbers: Tensor) -> Tensor:
        """(N, numbers) floats -> (N, numbers · size) floats, the vectors one after the other."""
        columns, waves, _ = self.weight.shape
        angles = 2 * pi * numbers[..., None] * self.frequencies.view(columns, waves)
        cosines = (angles + self.phases.view(columns, waves)).cos()
        sums = torch.matmul(cosines.transpose(0, 1), self.weight).transpose(0, 1)
        sums = sums + self.bias.view(columns, -1)
        sums = functional.relu(sums) if self.relu else sums
        return torch.cat([sums, numbers[..., None].to(sums.dtype)], dim=2).flatten(1)


class LearnedScale(nn.Module):
    """Multiplies each feature by a learned factor, 1 at first.

    Adam's steps have the same size for all weights, so that a weight times 6 learns 6 times faster.

    Args:
        features: Number of features.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.change = nn.Parameter(torch.zeros(features))

    def forward(self, vectors: Tensor) -> Tensor:
        """(N, features) floats -> the same shape."""
        return vectors * self.factors

    @property
    def factors(self) -> Tensor:
        """(features,) factors."""
        return 1 + SCALE_SPEED * self.change


class LearnedActivation(nn.Module):
    """``x + share · (f(x) - x)``, with a learned share for each feature, 1 at first.

    Args:
        function: Module of the function f.
        features: Number of features, or channels.
        axis: Axis of the features: 1 for images, -1 for others.
    """

    def __init__(self, function: nn.Module, features: int, axis: int) -> None:
        super().__init__()
        self.function = function
        self.change = nn.Parameter(torch.zeros(features))
        self.axis = axis

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, …) floats -> the same shape."""
        shares = self.shares[:, None, None] if self.axis == 1 else self.shares
        outputs: Tensor = inputs + shares * (self.function(inputs) - inputs)
        return outputs

    @property
    def shares(self) -> Tensor:
        """(features,) shares."""
        return 1 + SHARE_SPEED * self.change
