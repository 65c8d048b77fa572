"""Modules for whole series: random convolution kernels, Inception blocks, normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log2, sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.model import AdaptsToData, Masked, ToVector, zero_padding
from automl.models.modules.sequence import (
    SequenceBatchNorm,
    SequenceConv,
    SequenceMaxPool,
)

# All kernels with three weights of 2 among nine, the others -1: they add up to 0.
KERNEL_SIZE, KERNELS = 9, 84
# Positions of a series that a kernel is placed at: of a longer one, every n-th.
MOST_POSITIONS = 256
# Variables that one kernel looks at, at most.
MOST_VARIABLES = 9
# A response counts as above its threshold by a ramp of this width, in standard deviations of the
# kernel's responses: a hard step would differ between runtimes by rounding.
RAMP = 0.1
# Added to the spread of a feature, so that one that hardly varies does not become large.
LEAST_SPREAD = 0.01
# Added to the variance of a feature of a sequence, as in PyTorch's normalisation layers.
LEAST_VARIANCE = 1e-5


class KernelBank(AdaptsToData):
    """All kernels at one dilation, each with thresholds that its responses are compared with.

    Args:
        length: Steps of a series.
        variables: Variables of a series.
        dilation: Distance between the steps that a kernel looks at.
        quantiles: (KERNELS, n) quantiles of the responses that become the n thresholds, 0..1.
    """

    kernels: Tensor
    threshold: Tensor
    steepness: Tensor

    def __init__(self, length: int, variables: int, dilation: int, quantiles: Tensor) -> None:
        super().__init__()
        self.reach = dilation * (KERNEL_SIZE // 2)
        self.stride = -(-length // MOST_POSITIONS)
        self.quantiles = quantiles
        self.dilation = dilation
        count = quantiles.shape[1]
        self.register_buffer("kernels", draw_kernels(variables))
        self.register_buffer("threshold", torch.zeros(KERNELS, count))
        self.register_buffer("steepness", torch.ones(KERNELS, 1))

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Zero-padded (N, length, variables) -> (N, features), shares in 0..1."""
        responses = functional.conv1d(
            inputs.transpose(1, 2),
            self.kernels,
            stride=self.stride,
            padding=self.reach,
            dilation=self.dilation,
        ).float()
        places = self._places(inputs, mask)
        if self.adapting:
            self._adapt(responses, places[0])
        return torch.cat([self._shares(responses, half, places[half]) for half in (0, 1)], dim=1)

    def _shares(self, responses: Tensor, half: int, places: Tensor) -> Tensor:
        """The shares of the places where every second kernel is above each of its thresholds."""
        own, steepness = responses[:, half::2], self.steepness[half::2]
        weights = (places / places.sum(dim=1, keepdim=True))[:, None]
        found = [
            ((own - each[:, None]) * steepness + 0.5).clamp(0, 1).mul(weights).sum(dim=2)
            for each in self.threshold[half::2].unbind(1)
        ]
        return torch.cat(found, dim=1)

    def _places(self, inputs: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The steps where half of the kernels is placed, and those for the other half.

        The first half goes everywhere, beyond the ends as well. The second half stays inside the
        series, unless that is shorter than a kernel.

        Returns:
            Two tensors (N or 1, positions) of 0 and 1.
        """
        real = inputs.new_ones(1, inputs.shape[1]) if mask is None else mask.to(inputs.dtype)
        after = functional.pad(real, (0, self.reach))[:, self.reach :]
        before = torch.arange(inputs.shape[1], device=inputs.device) >= self.reach
        everywhere, inside = real[:, :: self.stride], (after * before)[:, :: self.stride]
        fits = (inside.sum(dim=1, keepdim=True) > 0).to(inside.dtype)
        return everywhere, inside + (1 - fits) * everywhere

    def _adapt(self, responses: Tensor, places: Tensor) -> None:
        """Take the thresholds of each kernel from its responses to one of the series."""
        chosen = torch.randint(len(responses), (KERNELS,), device=responses.device).tolist()
        places = places.bool().expand(len(responses), -1)
        for kernel, row in enumerate(chosen):
            own = responses[row, kernel, places[row]]
            self.threshold[kernel] = torch.quantile(own, self.quantiles[kernel].to(own.device))
            spread = responses[:, kernel][places].std(correction=0)
            self.steepness[kernel] = 1 / (RAMP * spread.clamp(min=LEAST_SPREAD))


class RandomKernels(ToVector, AdaptsToData):
    """Fixed convolutions at many dilations, and the share of each response above thresholds.

    Source: Dempster et al., "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time
    Series Classification" (2021). Here a response counts by a narrow ramp instead of a step, and
    the features are brought to mean 0 and standard deviation 1.

    Args:
        length: Steps of a series.
        variables: Variables of a series.
        features: Largest number of features, if there is more than one for each kernel.
        dilations: Largest number of dilations.
    """

    fixed = True
    mean: Tensor
    spread: Tensor

    def __init__(self, length: int, variables: int, features: int, dilations: int) -> None:
        super().__init__()
        spaced = dilations_of(length, min(dilations, max(1, features // KERNELS)))
        count = max(1, features // (KERNELS * len(spaced)))
        # Multiples of the golden ratio, which fill 0..1 evenly however many there are.
        at = torch.arange(1, 1 + KERNELS * count * len(spaced), dtype=torch.float64, device="cpu")
        quantiles = (at * (1 + sqrt(5)) / 2 % 1).float().reshape(len(spaced), KERNELS, count)
        self.banks = nn.ModuleList(
            KernelBank(length, variables, dilation, each)
            for dilation, each in zip(spaced, quantiles, strict=True)
        )
        total = KERNELS * count * len(spaced)
        self.register_buffer("mean", torch.full((total,), 0.5))
        self.register_buffer("spread", torch.full((total,), 0.25))

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, variables) -> (N, features)."""
        filled = zero_padding(inputs, mask)
        shares = torch.cat([bank(filled, mask) for bank in self.banks], dim=1)
        if self.adapting:
            self.mean.copy_(shares.mean(dim=0))
            self.spread.copy_(shares.std(dim=0, correction=0) + LEAST_SPREAD)
        return (shares - self.mean) / self.spread


def dilations_of(length: int, most: int) -> list[int]:
    """At most ``most`` dilations of a kernel, from 1 to as many as span ``length`` steps."""
    largest = log2(max(1.0, (length - 1) / (KERNEL_SIZE - 1)))
    return sorted({int(2 ** (largest * at / max(1, most - 1))) for at in range(most)})


def draw_kernels(variables: int) -> Tensor:
    """The weights of all kernels (KERNELS, variables, KERNEL_SIZE), on the default device.

    Each looks at a random few of the variables: their number is drawn on a log scale.
    """
    pattern = torch.full((KERNELS, KERNEL_SIZE), -1.0, device="cpu")
    for row, large in enumerate(combinations(range(KERNEL_SIZE), 3)):
        pattern[row, list(large)] = 2.0
    most = log2(min(variables, MOST_VARIABLES) + 1)
    count = (2 ** (torch.rand(KERNELS, 1) * most)).floor().clamp(1, variables)
    rank = torch.rand(KERNELS, variables).argsort(dim=1).argsort(dim=1)
    return (rank < count)[..., None] * pattern.to(count.device)[:, None]


class InceptionBlock(Masked):
    """Convolutions of several lengths side by side, and max-pooling, then batch_norm and relu.

    Source: Ismail Fawaz et al., "InceptionTime" (2020).

    Args:
        features: Number of input features.
        filters: Number of output features of each part; the input of the convolutions is as narrow.
        sizes: Positions in the windows of the convolutions, all odd.
    """

    def __init__(self, features: int, filters: int, sizes: Sequence[int]) -> None:
        super().__init__()
        narrow = min(features, filters)
        same = narrow == features
        self.bottleneck = nn.Identity() if same else nn.Linear(features, narrow, bias=False)
        self.convolutions = nn.ModuleList(
            SequenceConv(nn.Conv1d(narrow, filters, size, padding=size // 2, bias=False))
            for size in sizes
        )
        self.pool = SequenceMaxPool(3, 1)
        self.pooled = nn.Linear(features, filters, bias=False)
        self.norm = SequenceBatchNorm(filters * (len(sizes) + 1))

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length, filters · (sizes + 1))."""
        narrow = self.bottleneck(inputs)
        parts = [each(narrow, mask) for each in self.convolutions]
        parts.append(self.pooled(self.pool(inputs, mask)))
        return functional.relu(self.norm(torch.cat(parts, dim=2), mask))


class SequenceInstanceNorm(Masked):
    """Brings each feature of each sequence to mean 0 and variance 1 over its real positions."""

    fixed = True

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> the same shape."""
        real = inputs.new_ones(1, inputs.shape[1], 1) if mask is None else mask[..., None]
        shares = real.to(inputs.dtype) / real.sum(dim=1, keepdim=True)
        away = inputs - (zero_padding(inputs, mask) * shares).sum(dim=1, keepdim=True)
        variance = (zero_padding(away, mask).square() * shares).sum(dim=1, keepdim=True)
        return away * torch.rsqrt(variance + LEAST_VARIANCE)
