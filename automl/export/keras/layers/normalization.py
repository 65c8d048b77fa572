"""Layers that bring their input to mean 0 and variance 1; channels are last everywhere."""

from __future__ import annotations

from typing import Any

from keras import layers
from torch import nn

from automl.export.keras.flow import Flow, apply


def batch_norm(module: Any, flow: Flow) -> Flow:
    """``BatchNormalization``; Keras's momentum is the share that is kept, PyTorch's the rest."""
    layer = layers.BatchNormalization(momentum=1 - module.momentum, epsilon=module.eps)
    statistics = (module.running_mean, module.running_var)
    return flow.to(apply(layer, flow.values, module.weight, module.bias, *statistics))


def layer_norm(module: nn.LayerNorm, flow: Flow) -> Flow:
    """``LayerNormalization``."""
    layer = layers.LayerNormalization(epsilon=module.eps)
    return flow.to(apply(layer, flow.values, module.weight, module.bias))


def group_norm(module: nn.GroupNorm, flow: Flow) -> Flow:
    """``GroupNormalization``."""
    layer = layers.GroupNormalization(module.num_groups, epsilon=module.eps)
    return flow.to(apply(layer, flow.values, module.weight, module.bias))
