"""MiniRocket: features of whole series that need no training and suit a linear model.

Source: Dempster, Schmidt and Webb, "MiniRocket: A Very Fast (Almost) Deterministic Transform for
Time Series Classification", 2021 (https://arxiv.org/abs/2012.08791).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from automl.data.encoding import Array

# Weights of a kernel: three of them are 2 and the others -1, in all 84 ways.
TAPS, TWOS = 9, 3
# About how many features, and most dilations.
FEATURES, DILATIONS = 10_000, 32
# Series of the train split that biases are taken from, and series that are transformed at once.
SAMPLED, AT_ONCE = 64, 64
# Most variables that a kernel sees.
MOST_SEEN = 9
# Its multiples fill the interval from 0 to 1 evenly.
GOLDEN = (5**0.5 + 1) / 2


class RocketFeatures:
    """Shares of positive values of fixed, dilated kernels, against biases from a train split.

    Args:
        train: (N, steps, variables) series that the biases are quantiles of.
    """

    def __init__(self, train: Array) -> None:
        draw = np.random.default_rng(0)
        steps, variables = train.shape[1:]
        kernels = [[2.0 if at in twos else -1.0 for at in range(TAPS)] for twos in _TWOS]
        self._kernels = torch.tensor(kernels)[:, None]
        exponents = np.linspace(0, np.log2(max((steps - 1) / (TAPS - 1), 1)), DILATIONS)
        self._dilations = [int(each) for each in np.unique((2**exponents).astype(int))]
        self._seen = [_draw_variables(draw, variables) for _ in self._dilations]
        count = max(FEATURES // (len(_TWOS) * len(self._dilations)), 1)
        levels = (np.arange(1, count + 1) * GOLDEN) % 1
        some = torch.from_numpy(train[draw.permutation(len(train))[:SAMPLED]])
        self._biases = []
        for at in range(len(self._dilations)):
            responses = self._responses(some, at).transpose(0, 1).flatten(1)
            quantiles = np.quantile(responses.numpy(), levels, axis=1)
            self._biases.append(torch.from_numpy(quantiles.astype(np.float32)))

    def __call__(self, series: Array) -> Array:
        """(N, features) of (N, steps, variables) series; each is between 0 and 1."""
        batches = (series[at : at + AT_ONCE] for at in range(0, len(series), AT_ONCE))
        return np.concatenate([self._features(torch.from_numpy(each)) for each in batches])

    def _features(self, series: Tensor) -> Array:
        shares = []
        for at, biases in enumerate(self._biases):
            responses = self._responses(series, at)
            shares += [(responses > bias[:, None]).float().mean(-1) for bias in biases]
        features: Array = torch.cat(shares, dim=1).numpy()
        return features

    def _responses(self, series: Tensor, at: int) -> Tensor:
        """(N, kernels, steps) at one of the dilations."""
        dilation = self._dilations[at]
        mixed = torch.einsum("kv,nsv->nks", self._seen[at], series)
        return torch.nn.functional.conv1d(
            mixed,
            self._kernels,
            padding=dilation * (TAPS // 2),
            dilation=dilation,
            groups=len(_TWOS),
        )


_TWOS = tuple(combinations(range(TAPS), TWOS))


def _draw_variables(draw: np.random.Generator, variables: int) -> Tensor:
    """(kernels, variables): 1 where a kernel sees a variable; few variables are the likeliest."""
    seen = torch.zeros(len(_TWOS), variables)
    for row in seen:
        count = int(2 ** draw.uniform(0, np.log2(min(variables, MOST_SEEN) + 1)))
        row[torch.from_numpy(draw.permutation(variables)[:count])] = 1
    return seen
