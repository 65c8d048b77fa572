"""Modules of tables: vectors for the columns of a row, and what RealMLP learns of each feature."""

from __future__ import annotations

from abc import abstractmethod
from math import pi

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.core.data_types import TableRow
from automl.models.modules.model import AdaptsToData
from automl.models.modules.preprocessing import LARGEST

# How much faster factors of features are learned than other weights, and how much more slowly
# the shares of activations. Source: Holzmüller et al., "Better by default" (2024).
SCALE_SPEED, SHARE_SPEED = 6.0, 0.1
# Width of the narrowest bin of a number: those of frequent values have none.
LEAST_WIDTH = 0.01


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


class ColumnVectors(nn.Module):
    """Vectors of numbers: sums of what each number is encoded as, then the number itself.

    Args:
        numbers: Number of columns.
        size: Length of a number's vector, at least 2.
        parts: Values that a number is encoded as.
        relu: Whether relu follows the sums.
    """

    def __init__(self, numbers: int, size: int, parts: int, relu: bool) -> None:
        super().__init__()
        self.relu = relu
        bound = parts**-0.5
        self.weight = nn.Parameter(bound * (2 * torch.rand(numbers, parts, size - 1) - 1))
        self.bias = nn.Parameter(bound * (2 * torch.rand(numbers * (size - 1)) - 1))

    @abstractmethod
    def encode(self, numbers: Tensor) -> Tensor:
        """(N, numbers) floats -> (N, numbers, parts) floats."""

    def forward(self, numbers: Tensor) -> Tensor:
        """(N, numbers) floats -> (N, numbers · size) floats, the vectors one after the other."""
        parts = self.encode(numbers)
        sums = torch.matmul(parts.transpose(0, 1), self.weight).transpose(0, 1)
        sums = sums + self.bias.view(sums.shape[1], -1)
        sums = functional.relu(sums) if self.relu else sums
        return torch.cat([sums, numbers[..., None].to(sums.dtype)], dim=2).flatten(1)


class Periodic(ColumnVectors):
    """Vectors from cosines of learned frequencies.

    Source: Holzmüller et al., "Better by default" (2024), whose first weights these are.

    Args:
        numbers: Number of columns.
        size: Length of a number's vector, at least 2.
        frequencies: Number of cosines of each number.
        scale: Standard deviation of the frequencies at first.
        relu: Whether relu follows the sums.
    """

    def __init__(self, numbers: int, size: int, frequencies: int, scale: float, relu: bool) -> None:
        super().__init__(numbers, size, frequencies, relu)
        # Flat, because vectors do not decay: frequencies and phases are no weights of a sum.
        self.frequencies = nn.Parameter(scale * torch.randn(numbers * frequencies))
        self.phases = nn.Parameter(pi * (2 * torch.rand(numbers * frequencies) - 1))

    def encode(self, numbers: Tensor) -> Tensor:
        """(N, numbers) floats -> (N, numbers, frequencies) cosines."""
        columns, waves, _ = self.weight.shape
        angles = 2 * pi * numbers[..., None] * self.frequencies.view(columns, waves)
        return (angles + self.phases.view(columns, waves)).cos()


class PiecewiseLinear(ColumnVectors, AdaptsToData):
    """Vectors from the share of each bin that lies below a number; bins hold equally many rows.

    The bins are quantiles of the training inputs, and evenly spaced until those are known.

    Args:
        numbers: Number of columns.
        size: Length of a number's vector, at least 2.
        bins: Number of bins of each number.
        relu: Whether relu follows the sums.
    """

    edges: Tensor

    def __init__(self, numbers: int, size: int, bins: int, relu: bool) -> None:
        super().__init__(numbers, size, bins, relu)
        even = torch.linspace(-LARGEST, LARGEST, bins + 1)
        self.register_buffer("edges", even.repeat(numbers, 1))

    def encode(self, numbers: Tensor) -> Tensor:
        """(N, numbers) floats -> (N, numbers, bins) shares in 0..1."""
        if self.adapting:
            levels = torch.linspace(0, 1, self.edges.shape[1], device=numbers.device)
            self.edges.copy_(torch.quantile(numbers, levels, dim=0).T)
        return ((numbers[..., None] - self.edges[:, :-1]) / self.widths).clamp(0, 1)

    @property
    def widths(self) -> Tensor:
        """(numbers, bins) widths of the bins."""
        return (self.edges[:, 1:] - self.edges[:, :-1]).clamp(min=LEAST_WIDTH)


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
