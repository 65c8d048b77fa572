"""What makes one vector of an image or a sequence."""

from __future__ import annotations

from typing import Any

from keras import layers, ops

from automl.export.keras.flow import LOWEST, Flow, pad


def global_avg_pool(module: Any, flow: Flow) -> Flow:
    """``GlobalAveragePooling2D``; of a sequence the mean without padding."""
    if len(flow.values.shape) == 4:
        return Flow(layers.GlobalAveragePooling2D()(flow.values))
    if flow.lengths is None:
        return Flow(layers.GlobalAveragePooling1D()(flow.values))
    return Flow(ops.sum(flow.filled(), axis=1) / ops.cast(flow.lengths, "float32"))


def global_max_pool(module: Any, flow: Flow) -> Flow:
    """``GlobalMaxPooling2D``; of a sequence the largest without padding."""
    if len(flow.values.shape) == 4:
        return Flow(layers.GlobalMaxPooling2D()(flow.values))
    return Flow(layers.GlobalMaxPooling1D()(flow.filled(LOWEST)))


def last_step(module: Any, flow: Flow) -> Flow:
    """The last position that is not padding."""
    if flow.lengths is None:
        return Flow(flow.values[:, -1])
    last = (flow.lengths - 1)[..., None]
    return Flow(ops.take_along_axis(flow.values, last, axis=1)[:, 0])


def flatten(module: Any, flow: Flow) -> Flow:
    """``Flatten``, in the order that PyTorch has: channels of an image first."""
    if len(flow.values.shape) == 4:
        return Flow(layers.Flatten()(layers.Permute((3, 1, 2))(flow.values)))
    if flow.lengths is None:
        return Flow(layers.Flatten()(flow.values))
    length, features = module.length, flow.values.shape[-1]
    filled = pad(flow.filled(), 0, length)[:, :length]
    return Flow(layers.Reshape((length * features,))(filled))
