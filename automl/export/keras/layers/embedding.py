"""From token ids and positions to vectors."""

from __future__ import annotations

from keras import layers, ops
from torch import nn

from automl.export.keras.flow import Flow, apply
from automl.models.modules.positional_embedding import PositionalEmbedding


def embedding(module: nn.Embedding, flow: Flow) -> Flow:
    """``Embedding``; padding has a vector too, of zeros."""
    return flow.to(_look_up(module, flow.values))


def positional_embedding(module: PositionalEmbedding, flow: Flow) -> Flow:
    """``Embedding`` of the positions, added."""
    last = module.positions.num_embeddings - 1
    positions = ops.minimum(flow.positions, last)
    return flow.to(flow.values + _look_up(module.positions, positions))


def _look_up(module: nn.Embedding, ids: object) -> object:
    layer = layers.Embedding(module.num_embeddings, module.embedding_dim)
    return apply(layer, ids, module.weight)
