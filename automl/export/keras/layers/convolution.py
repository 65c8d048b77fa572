"""Convolutions, channels last.

Padding is explicit, because Keras's own ("same") pads less before than after if there is a stride.
"""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import Tensor, nn

from automl.export.keras.layers.basic import dense
from automl.export.keras.masked_values import MaskedValues, apply_layer, pad
from automl.models.modules.sequence import SequenceConv, TemporalBlock, ValidConv


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
