"""Embeddings: from token ids and positions to vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import PADDING, Shape, Tokens
from automl.core.errors import Infeasible
from automl.models.layer import Count, Layer, as_sequence

if TYPE_CHECKING:
    from torch import nn


class Embedding(Layer):
    """A learned vector per token: a text of (length,) ids -> (length, size).

    Source: Bengio et al., "A Neural Probabilistic Language Model" (2003). The initial weights are
    uniform between -0.05 and 0.05, as in Keras.
    """

    takes_tokens: ClassVar[bool] = True

    size: Count
    """Length of each vector."""
    vocabulary: Count | None = None
    """Number of tokens; null is that of the data."""

    def build(self, shape: Shape) -> nn.Module:
        """``Embedding``, with zeros for padding."""
        from torch import nn

        if not isinstance(shape, Tokens):
            raise Infeasible("it needs token ids; put it first in a network for texts")
        if self.vocabulary is not None and self.vocabulary < shape.vocabulary:
            raise Infeasible(
                f"`vocabulary` (={self.vocabulary}) is smaller than that of the data "
                f"(={shape.vocabulary}); leave it out, or limit the data's"
            )
        embedding = nn.Embedding(
            self.vocabulary or shape.vocabulary, self.size, padding_idx=PADDING
        )
        nn.init.uniform_(embedding.weight[PADDING + 1 :].detach(), -0.05, 0.05)
        return embedding


class PositionalEmbedding(Layer):
    """Adds a learned vector to each position, (length, features), for layers that see no order.

    Source: Gehring et al., "Convolutional Sequence to Sequence Learning" (2017).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """One vector for each possible position."""
        from automl.models.modules.attention import LearnedPositions as Module

        return Module(*as_sequence(shape))
