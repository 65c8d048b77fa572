"""Convolutions, channels last.

Keras's own padding, "same", is another one: with a stride it pads less before than after.
"""

from __future__ import annotations

from typing import Any

from keras import layers, ops
from torch import Tensor, nn

from automl.export.keras.flow import Flow, apply, pad
from automl.export.keras.layers.dense import dense
from automl.models.modules.sequence_conv import SequenceConv, ValidConv
from automl.models.modules.temporal_block import TemporalBlock


def conv2d(module: nn.Module, flow: Flow) -> Flow:
    """``Conv2D`` behind its padding."""
    return flow.to(_convolve(module, flow.values))


def separable_conv2d(module: nn.Sequential, flow: Flow) -> Flow:
    """The depthwise convolution and the pointwise one."""
    depthwise, pointwise = module
    return conv2d(pointwise, conv2d(depthwise, flow))


def conv1d(module: SequenceConv, flow: Flow) -> Flow:
    """``Conv1D``, told where the padding is."""
    values, lengths = flow.filled(), flow.lengths
    if isinstance(module, ValidConv) and lengths is not None:
        values = pad(values, 0, module.reach)
        lengths = ops.maximum(lengths - module.reach, 1)
    convolved = Flow(_convolve(module.convolution, values), lengths)
    return Flow(convolved.values, convolved.shortened(module.stride))


def temporal_conv(module: TemporalBlock, flow: Flow) -> Flow:
    """Two of ``Conv1D`` that see no later position, around which the input goes."""
    hidden = flow
    for convolution in (module.first, module.second):
        hidden = flow.to(ops.relu(conv1d(convolution, hidden).values))
    same = isinstance(module.shortcut, nn.Identity)
    around = flow if same else dense(module.shortcut, flow)
    return flow.to(ops.relu(hidden.values + around.values))


def _convolve(module: Any, values: Any) -> Any:
    """A convolution of ours; uneven padding comes in a module of its own."""
    if isinstance(module, nn.Sequential):
        padding: Any = module[0]
        before, after = padding.padding[:2]
        module = module[1]
    else:
        before = after = module.padding[0]
    bias = () if module.bias is None else (module.bias,)
    outputs = apply(_layer(module), pad(values, before, after), _kernel(module), *bias)
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
    """(out, in, *window) -> (*window, in, out); a depthwise one (C, 1, H, W) -> (H, W, C, 1)."""
    to = (-2, -1) if _is_depthwise(convolution) else (-1, -2)
    kernel: Tensor = convolution.weight.movedim((0, 1), to)
    return kernel


def _left_over(convolution: Any) -> int:
    """The stride that Keras leaves to us: it takes none beside a dilation."""
    return int(convolution.stride[0]) if convolution.dilation[0] > 1 else 1


def _skip(values: Any, stride: int) -> Any:
    """Every ``stride``-th position of each side."""
    sides = len(values.shape) - 2
    every = (slice(None), *[slice(None, None, stride)] * sides)
    return values[every] if stride > 1 else values
