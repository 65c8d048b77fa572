"""Convolutions and pooling, channels last.

Padding is explicit, because Keras's own ("same") pads less before than after if there is a stride.
"""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import Tensor, nn

from automl.export.keras.layers.basic import LOWEST, MaskedValues, apply_layer, dense, pad
from automl.models.modules.sequence import (
    SequenceAvgPool,
    SequenceConv,
    SequenceMaxPool,
    TemporalBlock,
    ValidConv,
)


def conv2d(module: nn.Module, inputs: MaskedValues) -> MaskedValues:
    """``Conv2D`` after its padding."""
    return inputs.to(_convolve(module, inputs.values))


def separable_conv2d(module: nn.Sequential, inputs: MaskedValues) -> MaskedValues:
    """The depthwise convolution and the pointwise one."""
    depthwise, pointwise = module
    return conv2d(pointwise, conv2d(depthwise, inputs))


def conv1d(module: SequenceConv, inputs: MaskedValues) -> MaskedValues:
    """``Conv1D`` that sees zeros for the padding of sequences."""
    values, lengths = inputs.filled(), inputs.lengths
    if isinstance(module, ValidConv) and lengths is not None:
        values = pad(values, 0, module.reach)
        lengths = ops.maximum(lengths - module.reach, 1)
    convolved = MaskedValues(_convolve(module.convolution, values), lengths)
    return MaskedValues(convolved.values, convolved.shortened(module.stride))


def temporal_conv(module: TemporalBlock, inputs: MaskedValues) -> MaskedValues:
    """Two causal ``Conv1D`` layers, with the input added to their outputs."""
    hidden = inputs
    for convolution in (module.first, module.second):
        hidden = inputs.to(ops.relu(conv1d(convolution, hidden).values))
    same = isinstance(module.shortcut, nn.Identity)
    around = inputs if same else dense(module.shortcut, inputs)
    return inputs.to(ops.relu(hidden.values + around.values))


def _convolve(module: Any, values: Any) -> Any:
    """The outputs of a convolution; uneven padding is a module of its own."""
    if isinstance(module, nn.Sequential):
        padding: Any = module[0]
        before, after = padding.padding[:2]
        module = module[1]
    else:
        before = after = module.padding[0]
    bias = () if module.bias is None else (module.bias,)
    outputs = apply_layer(_layer(module), pad(values, before, after), _kernel(module), *bias)
    return _skip(outputs, _left_over(module))


def _layer(convolution: Any) -> Any:
    options = {
        "strides": 1 if _left_over(convolution) > 1 else convolution.stride[0],
        "dilation_rate": convolution.dilation[0],
        "use_bias": convolution.bias is not None,
    }
    window, filters = convolution.kernel_size, convolution.out_channels
    if isinstance(convolution, nn.Conv1d):
        return layers.Conv1D(filters, window, **options)
    if _is_depthwise(convolution):
        return layers.DepthwiseConv2D(window, **options)
    return layers.Conv2D(filters, window, groups=convolution.groups, **options)


def _is_depthwise(convolution: Any) -> bool:
    return bool(convolution.groups == convolution.in_channels == convolution.out_channels)


def _kernel(convolution: Any) -> Tensor:
    """(out, in, *window) -> (*window, in, out); if depthwise, (C, 1, H, W) -> (H, W, C, 1)."""
    to = (-2, -1) if _is_depthwise(convolution) else (-1, -2)
    kernel: Tensor = convolution.weight.movedim((0, 1), to)
    return kernel


def _left_over(convolution: Any) -> int:
    """The stride that Keras leaves to us, because it has none together with a dilation."""
    return int(convolution.stride[0]) if convolution.dilation[0] > 1 else 1


def _skip(values: Any, stride: int) -> Any:
    """Every ``stride``-th position of each side."""
    sides = len(values.shape) - 2
    every = (slice(None), *[slice(None, None, stride)] * sides)
    return values[every] if stride > 1 else values


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
