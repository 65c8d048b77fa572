"""Layers of whole series, in Keras."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.layers.basic import MaskedValues, apply_layer, batch_norm, dense, pad
from automl.export.keras.layers.convolution import conv1d, max_pool1d
from automl.models.modules.series import (
    KERNEL_SIZE,
    KERNELS,
    LEAST_VARIANCE,
    RandomKernels,
)


def mini_rocket(module: RandomKernels, inputs: MaskedValues) -> MaskedValues:
    """``Conv1D`` for each dilation, and the shares of its outputs above thresholds."""
    filled = inputs.to(inputs.filled())
    shares = [each for bank in module.banks for each in _shares(bank, filled)]
    scaled = (layers.Concatenate()(shares) - module.mean.numpy()) / module.spread.numpy()
    return MaskedValues(scaled)


def _shares(bank: Any, inputs: MaskedValues) -> list[Any]:
    """The features of one dilation, in PyTorch's order."""
    convolution = layers.Conv1D(KERNELS, KERNEL_SIZE, dilation_rate=bank.dilation, use_bias=False)
    padded = pad(inputs.values, bank.reach, bank.reach)
    responses = apply_layer(convolution, padded, bank.kernels.permute(2, 1, 0))
    responses = responses[:, :: bank.stride]
    found = []
    for half, places in enumerate(_places(bank, inputs)):
        own, steepness = responses[:, :, half::2], bank.steepness[half::2, 0].numpy()
        weights = places / ops.sum(places, axis=1, keepdims=True)
        for each in bank.threshold[half::2].unbind(1):
            above = ops.clip((own - each.numpy()) * steepness + 0.5, 0, 1)
            found.append(ops.sum(above * weights, axis=1))
    return found


def _places(bank: Any, inputs: MaskedValues) -> tuple[Any, Any]:
    """Where each half of the kernels is placed: 0 and 1, (N, positions, 1)."""
    positions = inputs.positions[..., None]
    lengths = inputs.values.shape[1] if inputs.lengths is None else inputs.lengths[..., None]
    real = positions < lengths
    within = (positions >= bank.reach) & (positions + bank.reach < lengths)
    everywhere, inside = (
        ops.cast(each, inputs.values.dtype)[:, :: bank.stride] for each in (real, within)
    )
    fits = ops.max(inside, axis=1, keepdims=True)
    return everywhere, inside + (1 - fits) * everywhere


def inception(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``Concatenate`` of three ``Conv1D`` and a ``MaxPooling1D``, then normalization and relu."""
    same = isinstance(module.bottleneck, nn.Identity)
    narrow = inputs if same else dense(module.bottleneck, inputs)
    parts = [conv1d(each, narrow).values for each in module.convolutions]
    parts.append(dense(module.pooled, max_pool1d(module.pool, inputs)).values)
    normal = batch_norm(module.norm, inputs.to(layers.Concatenate()(parts)))
    return inputs.to(ops.relu(normal.values))


def instance_norm(module: object, inputs: MaskedValues) -> MaskedValues:
    """The mean and the variance of each feature, without padding."""
    values = inputs.filled()
    real = ops.ones_like(values) if inputs.lengths is None else ops.cast(inputs.real, values.dtype)
    count = ops.sum(real, axis=1, keepdims=True)
    away = inputs.values - ops.sum(values, axis=1, keepdims=True) / count
    variance = ops.sum(ops.square(away) * real, axis=1, keepdims=True) / count
    return inputs.to(away * ops.rsqrt(variance + LEAST_VARIANCE))
