"""Dropout."""

from __future__ import annotations

from keras import layers
from torch import nn

from automl.export.keras.flow import Flow


def dropout(module: nn.Dropout, flow: Flow) -> Flow:
    """``Dropout``, which does nothing unless the Keras model is trained further."""
    return flow.to(layers.Dropout(module.p)(flow.values))
