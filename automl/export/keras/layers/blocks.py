"""Blocks around other layers: residual connections and squeeze-and-excitation."""

from __future__ import annotations

from keras import layers
from torch import nn

from automl.export.keras.layers import Builder, build_layers
from automl.export.keras.layers.basic import activation, dense
from automl.export.keras.layers.convolution import conv2d
from automl.export.keras.layers.pooling import avg_pool1d, avg_pool2d
from automl.export.keras.masked_values import MaskedValues
from automl.models.modules.blocks import ResidualBlock, SqueezeExciteBlock
from automl.models.modules.pooling import SequenceAvgPool

# Modules that a shortcut is made of, and how they are built.
_STEPS: dict[type[nn.Module], Builder] = {
    nn.Linear: dense,
    nn.Conv2d: conv2d,
    nn.AvgPool2d: avg_pool2d,
    SequenceAvgPool: avg_pool1d,
}


def residual(module: ResidualBlock, inputs: MaskedValues) -> MaskedValues:
    """``Add`` of the layers' outputs and the input, which is brought to their shape."""
    through, around = build_layers(module.body, inputs), _shortcut(module.shortcut, inputs)
    return through.to(layers.Add()([through.values, around.values]))


def _shortcut(module: nn.Module, inputs: MaskedValues) -> MaskedValues:
    if isinstance(module, nn.Identity):
        return inputs
    for step in module if isinstance(module, nn.Sequential) else [module]:
        inputs = _STEPS[type(step)](step, inputs)
    return inputs


def squeeze_excite(module: SqueezeExciteBlock, inputs: MaskedValues) -> MaskedValues:
    """``Multiply`` by a weight for each channel, which is computed from the means of all."""
    first, relu, last, sigmoid = module.weigh
    means = inputs.to(layers.GlobalAveragePooling2D(keepdims=True)(inputs.values))
    weights = activation(sigmoid, dense(last, activation(relu, dense(first, means))))
    return inputs.to(layers.Multiply()([inputs.values, weights.values]))
