"""Layers of whole texts, in Keras."""

from __future__ import annotations

from typing import Any

import torch
from keras import layers, ops

from automl.core.data_types import PADDING
from automl.export.keras.layers.basic import MaskedValues, apply_layer
from automl.models.modules.text import MODULUS, MULTIPLIER, SCALE, HashedNgrams


def ngram_bag(module: HashedNgrams, inputs: MaskedValues) -> MaskedValues:
    """An ``Embedding`` of the n-grams, and one of their weights."""
    rows = _rows(module, inputs.values)
    before = ops.pad(rows[:, :-1], [[0, 0], [1, 0]], constant_values=PADDING)
    new = ops.logical_and(ops.not_equal(rows, before), ops.not_equal(rows, PADDING))
    every = torch.arange(len(module.table))
    known = module.inverse_frequency(every)[:, None]
    weights = apply_layer(layers.Embedding(len(every), 1), rows, known)
    weights = weights * ops.cast(new, weights.dtype)[..., None]
    norm = ops.maximum(ops.sqrt(ops.sum(ops.square(weights), axis=1, keepdims=True)), 1e-6)
    units = module.table.shape[1]
    vectors = apply_layer(layers.Embedding(len(every), units), rows, module.table)
    return MaskedValues(ops.sum(vectors * (weights * SCALE / norm), axis=1))


def _rows(module: HashedNgrams, tokens: Any) -> Any:
    """The rows of the n-grams, as ``HashedNgrams.rows`` has them."""
    tokens = ops.cast(tokens, "int64")
    found, key, after = [tokens], tokens, tokens
    for _ in range(1, module.ngrams):
        after = ops.pad(after[:, 1:], [[0, 0], [0, 1]], constant_values=PADDING)
        key = (key * MULTIPLIER + after) % MODULUS
        bucket = module.vocabulary + key % module.buckets
        found.append(ops.where(ops.equal(after, PADDING), PADDING, bucket))
    return ops.sort(ops.concatenate(found, axis=1), axis=1)
