"""Layers of whole series: random convolution kernels, Inception blocks, normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.data_types import Shape
from automl.models.layers import Count, Layer, as_sequence

if TYPE_CHECKING:
    from torch import nn


class MiniRocket(Layer):
    """Random convolution kernels that are not trained: (length, features) -> (outputs,).

    Each output is the share of a series where a kernel's response is above a threshold, which is
    learned from the train split. A linear model on top is a strong one. Source: Dempster et al.,
    "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time Series Classification"
    (2021).
    """

    outputs: Count = 1_000
    """Largest number of outputs, a multiple of the 84 kernels."""
    dilations: Count = 8
    """Largest number of dilations, from 1 to as many as span the series."""

    def build(self, shape: Shape) -> nn.Module:
        """The kernels, whose thresholds are 0 until the training begins."""
        from automl.models.modules.series import RandomKernels

        return RandomKernels(*as_sequence(shape), self.outputs, self.dilations)
