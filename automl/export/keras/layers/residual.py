"""The sum of two paths."""

from __future__ import annotations

from keras import layers
from torch import nn

from automl.export.keras.body import run
from automl.export.keras.flow import Flow
from automl.export.keras.layers import Builder
from automl.export.keras.layers.convolution import conv2d
from automl.export.keras.layers.dense import dense
from automl.export.keras.layers.pooling import avg_pool1d, avg_pool2d
from automl.models.modules.residual import ResidualBlock
from automl.models.modules.sequence_pool import SequenceAvgPool

# What a shortcut is made of.
_STEPS: dict[type[nn.Module], Builder] = {
    nn.Linear: dense,
    nn.Conv2d: conv2d,
    nn.AvgPool2d: avg_pool2d,
    SequenceAvgPool: avg_pool1d,
}


def residual(module: ResidualBlock, flow: Flow) -> Flow:
    """``Add`` of what the layers make of the input, and of the input brought to that shape."""
    through, around = run(module.body, flow), _shortcut(module.shortcut, flow)
    return through.to(layers.Add()([through.values, around.values]))


def _shortcut(module: nn.Module, flow: Flow) -> Flow:
    if isinstance(module, nn.Identity):
        return flow
    for step in module if isinstance(module, nn.Sequential) else [module]:
        flow = _STEPS[type(step)](step, flow)
    return flow
