"""Pooling over windows, and over a whole image or sequence."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.masked_values import LOWEST, MaskedValues, pad
from automl.models.modules.pooling import SequenceAvgPool, SequenceMaxPool


def max_pool2d(module: nn.MaxPool2d, inputs: MaskedValues) -> MaskedValues:
    """``MaxPooling2D``; in ceil mode the last windows may reach beyond the end."""
    pool, values = layers.MaxPooling2D(module.kernel_size, module.stride), inputs.values
    if module.ceil_mode:
        _, *sides, _ = values.shape
        beyond = map(_beyond, sides, pool.pool_size, pool.strides)
        widths = ((0, 0), *((0, width) for width in beyond), (0, 0))
        values = ops.pad(values, widths, constant_values=LOWEST)
    return inputs.to(pool(values))


def _beyond(side: int, window: int, stride: int) -> int:
    """Positions by which PyTorch's last window reaches beyond the end; it begins before the end."""
    last = min(-(-max(side - window, 0) // stride), (side - 1) // stride) * stride
    return max(last + window - side, 0)


def avg_pool2d(module: nn.AvgPool2d, inputs: MaskedValues) -> MaskedValues:
    """``AveragePooling2D``; in ceil mode windows are adjacent and the last may reach beyond."""
    pool = layers.AveragePooling2D(module.kernel_size, module.stride)
    if not module.ceil_mode:
        return inputs.to(pool(inputs.values))
    _, height, width, _ = inputs.values.shape
    rows, columns = pool.strides
    widths = ((0, 0), (0, -height % rows), (0, -width % columns), (0, 0))
    return inputs.to(_average(pool, inputs.values, ops.ones_like(inputs.values[..., :1]), widths))


def adaptive_avg_pool2d(module: nn.AvgPool2d | nn.Identity, inputs: MaskedValues) -> MaskedValues:
    """``AveragePooling2D``, unless there are few enough windows already."""
    return avg_pool2d(module, inputs) if isinstance(module, nn.AvgPool2d) else inputs


def max_pool1d(module: SequenceMaxPool, inputs: MaskedValues) -> MaskedValues:
    """``MaxPooling1D``; the last windows may reach beyond the end."""
    filled = pad(inputs.filled(LOWEST), 0, module.size - 1, LOWEST)
    pooled = layers.MaxPooling1D(module.size, module.stride)(filled)
    shorter = MaskedValues(pooled, inputs.shortened(module.stride))
    return shorter.to(shorter.filled())


def avg_pool1d(module: SequenceAvgPool, inputs: MaskedValues) -> MaskedValues:
    """``AveragePooling1D`` without padding; the last windows may reach beyond the end."""
    ones = ops.ones_like(inputs.values[..., :1])
    real = ones if inputs.lengths is None else ops.cast(inputs.real, ones.dtype)
    pool = layers.AveragePooling1D(module.stride)
    widths = ((0, 0), (0, module.stride - 1), (0, 0))
    means = _average(pool, inputs.filled(), real, widths)
    return MaskedValues(means, inputs.shortened(module.stride))


def _average(pool: Any, values: Any, real: Any, widths: tuple[tuple[int, int], ...]) -> Any:
    """The means of values that are ``real`` (1) and not padding (0), after more padding."""
    means, shares = (pool(ops.pad(each, widths)) for each in (values, real))
    # A window of only padding has share 0 and mean 0.
    return means / ops.where(shares > 0, shares, 1.0)


def global_avg_pool(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``GlobalAveragePooling2D``; for a sequence the mean without padding."""
    if len(inputs.values.shape) == 4:
        return MaskedValues(layers.GlobalAveragePooling2D()(inputs.values))
    if inputs.lengths is None:
        return MaskedValues(layers.GlobalAveragePooling1D()(inputs.values))
    return MaskedValues(ops.sum(inputs.filled(), axis=1) / ops.cast(inputs.lengths, "float32"))


def global_max_pool(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``GlobalMaxPooling2D``; for a sequence the maximum without padding."""
    if len(inputs.values.shape) == 4:
        return MaskedValues(layers.GlobalMaxPooling2D()(inputs.values))
    return MaskedValues(layers.GlobalMaxPooling1D()(inputs.filled(LOWEST)))


def last_step(module: Any, inputs: MaskedValues) -> MaskedValues:
    """The last position that is not padding."""
    if inputs.lengths is None:
        return MaskedValues(inputs.values[:, -1])
    last = (inputs.lengths - 1)[..., None]
    return MaskedValues(ops.take_along_axis(inputs.values, last, axis=1)[:, 0])


def flatten(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``Flatten`` in PyTorch's order, with the channels of an image first."""
    if len(inputs.values.shape) == 4:
        return MaskedValues(layers.Flatten()(layers.Permute((3, 1, 2))(inputs.values)))
    if inputs.lengths is None:
        return MaskedValues(layers.Flatten()(inputs.values))
    length, features = module.length, inputs.values.shape[-1]
    filled = pad(inputs.filled(), 0, length)[:, :length]
    return MaskedValues(layers.Reshape((length * features,))(filled))
