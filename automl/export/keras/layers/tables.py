"""Layers of tables, in Keras."""

from __future__ import annotations

from math import pi
from typing import Any

from keras import layers, ops
from torch import nn

from automl.export.keras.layers.basic import MaskedValues, activation, apply_layer, dense
from automl.models.modules.tables import (
    ColumnEmbedding,
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
    if isinstance(module, Periodic):
        return _periodic(module, values)
    return dense(module, MaskedValues(values)).values if isinstance(module, nn.Linear) else values


def _periodic(module: Periodic, values: Any) -> Any:
    """Two ``EinsumDense`` with a cosine between; each column has weights of its own."""
    columns, waves, sums = module.weight.shape
    first = layers.EinsumDense("bn,nk->bnk", (columns, waves), bias_axes="nk")
    frequencies = 2 * pi * module.frequencies.view(columns, waves)
    cosines = ops.cos(apply_layer(first, values, frequencies, module.phases.view(columns, waves)))
    second = layers.EinsumDense("bnk,nko->bno", (columns, sums), bias_axes="no")
    outputs = apply_layer(second, cosines, module.weight, module.bias.view(columns, sums))
    outputs = ops.relu(outputs) if module.relu else outputs
    both = layers.Concatenate()([outputs, values[..., None]])
    return layers.Reshape((columns * (sums + 1),))(both)


def feature_scale(module: LearnedScale, inputs: MaskedValues) -> MaskedValues:
    """The features times their factors."""
    return inputs.to(inputs.values * module.factors.detach().numpy())


def parametric_activation(module: LearnedActivation, inputs: MaskedValues) -> MaskedValues:
    """The function, weighed against its inputs; features and channels are last in Keras."""
    values = inputs.values
    change = activation(module.function, inputs).values - values
    return inputs.to(values + change * module.shares.detach().numpy())
