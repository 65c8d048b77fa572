"""Layers of tables, in Keras."""

from __future__ import annotations

from math import pi
from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.layers.basic import MaskedValues, activation, apply_layer, dense
from automl.models.modules.tables import (
    ColumnEmbedding,
    ColumnVectors,
    LearnedActivation,
    LearnedScale,
    Periodic,
)


def column_embedding(module: ColumnEmbedding, inputs: MaskedValues) -> MaskedValues:
    """The embedded numbers, the flags, and the categories, which are embedded or not."""
    at, found = 0, []
    row = module.row
    embeddings = (module.numbers, nn.Identity(), *module.categories)
    for size, embedding in zip((row.numbers, row.flags, *row.categories), embeddings, strict=True):
        if size:
            found.append(_embed(embedding, inputs.values[:, at : at + size]))
        at += size
    return inputs.to(layers.Concatenate()(found) if len(found) > 1 else found[0])


def _embed(module: nn.Module, values: Any) -> Any:
    if isinstance(module, ColumnVectors):
        return _vectors(module, values)
    return dense(module, MaskedValues(values)).values if isinstance(module, nn.Linear) else values


def _vectors(module: ColumnVectors, values: Any) -> Any:
    """What the numbers are encoded as, a dense layer for each column, then the numbers."""
    columns, _, sums = module.weight.shape
    encode = _waves if isinstance(module, Periodic) else _shares
    layer = layers.EinsumDense("bnk,nko->bno", (columns, sums), bias_axes="no")
    parts = encode(module, values)
    outputs = apply_layer(layer, parts, module.weight, module.bias.view(columns, sums))
    outputs = ops.relu(outputs) if module.relu else outputs
    both = layers.Concatenate()([outputs, values[..., None]])
    return layers.Reshape((columns * (sums + 1),))(both)


def _waves(module: Any, values: Any) -> Any:
    """The cosines of ``Periodic``."""
    columns, waves, _ = module.weight.shape
    layer = layers.EinsumDense("bn,nk->bnk", (columns, waves), bias_axes="nk")
    frequencies = 2 * pi * module.frequencies.view(columns, waves)
    return ops.cos(apply_layer(layer, values, frequencies, module.phases.view(columns, waves)))


def _shares(module: Any, values: Any) -> Any:
    """The shares of the bins of ``PiecewiseLinear``."""
    lower, widths = module.edges[:, :-1].numpy(), module.widths.numpy()
    return ops.clip((values[..., None] - lower) / widths, 0.0, 1.0)


def feature_scale(module: LearnedScale, inputs: MaskedValues) -> MaskedValues:
    """The features times their factors."""
    return inputs.to(inputs.values * module.factors.detach().numpy())


def parametric_activation(module: LearnedActivation, inputs: MaskedValues) -> MaskedValues:
    """The function, weighed against its inputs; features and channels are last in Keras."""
    values = inputs.values
    change = activation(module.function, inputs).values - values
    return inputs.to(values + change * module.shares.detach().numpy())
