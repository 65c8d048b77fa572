"""Fully connected layers."""

from __future__ import annotations

from typing import Any

from keras import layers

from automl.export.keras.flow import Flow, apply


def dense(module: Any, flow: Flow) -> Flow:
    """``Dense`` for a ``Linear``; of a sequence, at each position."""
    bias = () if module.bias is None else (module.bias,)
    layer = layers.Dense(module.out_features, use_bias=module.bias is not None)
    return flow.to(apply(layer, flow.values, module.weight.T, *bias))
