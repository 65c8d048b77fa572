"""Modules that turn raw inputs into what the first layer takes. Importing this imports torch.

They are part of the model, so exports carry them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from automl.core.data_types import PADDING

# Where numbers of a table saturate, and the largest that can be squared in float32. The first and
# the formula: Holzmüller et al., "Better by default: strong pre-tuned MLPs and boosted trees on
# tabular data" (NeurIPS 2024).
LARGEST = 3.0
SQUARABLE = 1e9
# Added to the variance of a window, as in Kim et al. (2022): one without a change is not divided by
# 0.
LEAST_VARIANCE = 1e-5


class Preprocess(nn.Module, ABC):
    """The first module of a model, and what undoes it on the model's outputs."""

    @abstractmethod
    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) raw inputs -> (N, …) float32, or int32 token ids."""

    def mask(self, raw: Tensor) -> Tensor | None:
        """(N, length) bool, true where a sequence is not padding; None if nothing is padded."""
        return None

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """The head's outputs (N, …) in the units of the target."""
        return outputs


class Normalize(Preprocess):
    """Brings each channel to mean 0 and standard deviation 1: ``(images / 255 - mean) / std``.

    Args:
        mean: Mean of each channel, on the 0..1 scale.
        std: Standard deviation of each channel, on the 0..1 scale. A channel that never varies (0)
            is only shifted.

    Raises:
        ValueError: if the two differ in length.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"`mean` (={tuple(mean)}) and `std` (={tuple(std)}) differ in length")
        spread = [each or 1.0 for each in std]
        scale = [1 / (255 * each) for each in spread]
        shift = [-middle / each for middle, each in zip(mean, spread, strict=True)]
        self.register_buffer("scale", torch.tensor(scale).reshape(-1, 1, 1))
        self.register_buffer("shift", torch.tensor(shift).reshape(-1, 1, 1))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, C, H, W) uint8 or floats on the 0..255 scale -> (N, C, H, W) float32."""
        return torch.addcmul(self.shift, raw.to(torch.float32), self.scale)


class TokenIds(Preprocess):
    """Passes token ids on; has no options."""

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length) int32 -> the same tensor."""
        return raw

    def mask(self, raw: Tensor) -> Tensor:
        """(N, length) bool, true where ``raw`` is not ``PADDING``, and at the first position.

        An empty text thus has one position: a mean over no positions would be NaN.
        """
        first = torch.arange(raw.shape[1], device=raw.device) == 0
        return (raw != PADDING) | first


class Columns(Preprocess):
    """Bounds numbers, flags missing ones, and encodes categories as one-hot vectors.

    Outliers are pulled in: ``z``, in units of its column's spread, becomes
    ``z / sqrt(1 + (z / 3)²)``, which lies between -3 and 3.

    Args:
        numbers: Number of columns with numbers; they come before the categories.
        flagged: Positions of the numbers that can be missing; each adds a flag to the vector.
        sizes: Number of values of each category.
    """

    flagged: Tensor
    column: Tensor
    value: Tensor

    def __init__(self, numbers: int, flagged: Sequence[int], sizes: Sequence[int]) -> None:
        super().__init__()
        self.numbers = numbers
        places = [(at, value) for at, size in enumerate(sizes) for value in range(size)]
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        column = [numbers + at for at, _ in places]
        self.register_buffer("column", torch.tensor(column, dtype=torch.int64))
        value = [value for _, value in places]
        self.register_buffer("value", torch.tensor(value, dtype=torch.float32))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, columns) float32, numbers before categories -> (N, features) float32.

        NaN is a missing number. A category is the index of its value; -1 or any other number is
        none of its values. The vector holds the numbers, the flags, then the one-hot vectors.
        """
        numbers = raw[:, : self.numbers]
        missing = torch.isnan(numbers)
        scaled = torch.where(missing, 0.0, numbers).clamp(-SQUARABLE, SQUARABLE)
        scaled = scaled * torch.rsqrt(1 + (scaled / LARGEST) ** 2)
        flags = missing.index_select(1, self.flagged).to(raw.dtype)
        values = (raw.index_select(1, self.column) == self.value).to(raw.dtype)
        return torch.cat([scaled, flags, values], dim=1)


class Standardize(Preprocess):
    """Brings each variable to mean 0 and standard deviation 1; missing values become the mean.

    Args:
        mean: Mean of each variable, in its own units.
        std: Standard deviation of each variable, in its own units. A variable that never varies (0)
            is only shifted.
        targets: Number of variables that are predicted; they are the first.
        padded: Whether series differ in length; steps without any value are then padding.

    Raises:
        ValueError: if the two differ in length.
    """

    centre: Tensor
    spread: Tensor

    def __init__(
        self, mean: Sequence[float], std: Sequence[float], targets: int = 0, padded: bool = False
    ) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"`mean` (={tuple(mean)}) and `std` (={tuple(std)}) differ in length")
        self.targets = targets
        self.padded = padded
        self.register_buffer("centre", torch.tensor(mean, dtype=torch.float32))
        spread = [each or 1.0 for each in std]
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length, variables) floats, NaN where missing -> the same shape in float32, no NaN."""
        values = (raw.to(torch.float32) - self.centre) / self.spread
        return values.masked_fill(values.isnan(), 0.0)

    def mask(self, raw: Tensor) -> Tensor | None:
        """(N, length) bool, true for steps with values, and for the first step."""
        if not self.padded:
            return None
        real = ~raw[:, :, 0].isnan()  # a step has all its variables or none
        return real | (torch.arange(raw.shape[1], device=raw.device) == 0)

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """(N, steps, targets) in the units of the raw variables."""
        if not self.targets:
            return outputs
        return torch.addcmul(self.centre[: self.targets], outputs, self.spread[: self.targets])


class FromLast(Standardize):
    """Subtracts from each forecast variable its last value in the window, and adds it to outputs.

    So a level that was never seen in training does no harm. Other variables are standardised.
    Source: Kim et al., "Reversible Instance Normalization for Accurate Time-Series Forecasting
    against Distribution Shift" (2022), with the last value in place of the mean, as in NLinear by
    Zeng et al. (2023).

    Args:
        mean: Mean of each variable; not used for those that are forecast.
        std: Standard deviation of each variable; for those that are forecast, that of their
            distance from the last value.
        targets: Number of variables that are forecast; they are the first.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], targets: int) -> None:
        super().__init__(mean, std, targets)

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length, variables) floats, NaN where missing -> the same shape in float32, no NaN."""
        series = raw.to(torch.float32)
        others = self.centre[self.targets :].expand(series.shape[0], 1, -1)
        level = torch.cat([series[:, -1:, : self.targets], others], dim=2)
        values = (series - level) / self.spread
        return values.masked_fill(values.isnan(), 0.0)

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """(N, steps, targets) distances from the last value -> the values themselves."""
        return outputs + raw[:, -1:, : self.targets].to(torch.float32)


class RevIN(Standardize):
    """Brings each forecast variable to mean 0 and deviation 1 within its window, and outputs back.

    So neither a level nor a size that was never seen in training does harm. Other variables are
    standardised. Source: Kim et al., "Reversible Instance Normalization for Accurate Time-Series
    Forecasting against Distribution Shift" (2022), without its learned scale and shift.

    Args:
        mean: Mean of each variable; not used for those that are forecast.
        std: Standard deviation of each variable; not used for those that are forecast.
        targets: Number of variables that are forecast; they are the first.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], targets: int) -> None:
        super().__init__(mean, std, targets)

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length, variables) floats, NaN where missing -> the same shape in float32, no NaN."""
        level, scale = self._level_and_scale(raw)
        own = (raw[:, :, : self.targets].to(torch.float32) - level) / scale
        values = torch.cat([own, super().forward(raw)[:, :, self.targets :]], dim=2)
        return values.masked_fill(values.isnan(), 0.0)

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """(N, steps, targets) in the units of their windows -> in those of the raw variables."""
        level, scale = self._level_and_scale(raw)
        return outputs * scale + level

    def _level_and_scale(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """The mean and the standard deviation of each forecast variable: (N, 1, targets) each."""
        own = raw[:, :, : self.targets].to(torch.float32)
        known = (~own.isnan()).to(torch.float32)
        count = known.sum(dim=1, keepdim=True).clamp(min=1)
        level = own.nan_to_num(0.0).sum(dim=1, keepdim=True) / count
        away = (own - level).nan_to_num(0.0)
        variance = away.square().sum(dim=1, keepdim=True) / count
        return level, torch.sqrt(variance + LEAST_VARIANCE)
