"""Pooling over windows of an image or a sequence."""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.flow import LOWEST, Flow, pad
from automl.models.modules.sequence_pool import SequenceAvgPool, SequenceMaxPool


def max_pool2d(module: nn.MaxPool2d, flow: Flow) -> Flow:
    """``MaxPooling2D``."""
    return flow.to(layers.MaxPooling2D(module.kernel_size, module.stride)(flow.values))


def avg_pool2d(module: nn.AvgPool2d, flow: Flow) -> Flow:
    """``AveragePooling2D``; in ceil mode windows lie side by side, and the last may stick out."""
    pool = layers.AveragePooling2D(module.kernel_size, module.stride)
    if not module.ceil_mode:
        return flow.to(pool(flow.values))
    _, height, width, _ = flow.values.shape
    rows, columns = pool.strides
    widths = ((0, 0), (0, -height % rows), (0, -width % columns), (0, 0))
    return flow.to(_average(pool, flow.values, ops.ones_like(flow.values[..., :1]), widths))


def max_pool1d(module: SequenceMaxPool, flow: Flow) -> Flow:
    """``MaxPooling1D``; the last windows may stick out at the end."""
    filled = pad(flow.filled(LOWEST), 0, module.size - 1, LOWEST)
    pooled = layers.MaxPooling1D(module.size, module.stride)(filled)
    shorter = Flow(pooled, flow.shortened(module.stride))
    return shorter.to(shorter.filled())


def avg_pool1d(module: SequenceAvgPool, flow: Flow) -> Flow:
    """``AveragePooling1D`` over real positions; the last windows may stick out at the end."""
    ones = ops.ones_like(flow.values[..., :1])
    real = ones if flow.lengths is None else ops.cast(flow.real, ones.dtype)
    pool = layers.AveragePooling1D(module.stride)
    widths = ((0, 0), (0, module.stride - 1), (0, 0))
    means = _average(pool, flow.filled(), real, widths)
    return Flow(means, flow.shortened(module.stride))


def _average(pool: Any, values: Any, real: Any, widths: tuple[tuple[int, int], ...]) -> Any:
    """The means of what is ``real`` (1) and not padding (0), of which there is more at the end."""
    means, shares = (pool(ops.pad(each, widths)) for each in (values, real))
    # A window of padding alone has a share of 0, and a mean of 0.
    return means / ops.where(shares > 0, shares, 1.0)
