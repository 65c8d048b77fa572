"""From token ids and positions to vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl.core.errors import Infeasible
from automl.core.shape import PADDING, Shape, Tokens
from automl.models.checks import sequence
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn


class Embedding(Layer):
    """A learned vector per token: a text of (length,) ids -> (length, size).

    Source: Bengio et al., "A Neural Probabilistic Language Model" (2003); it begins with Keras's
    uniform numbers between -0.05 and 0.05.
    """

    takes_tokens: ClassVar[bool] = True

    size: Count
    """Numbers per token."""
    vocabulary: Count | None = None
    """How many tokens there are; null is as many as the data has."""

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
    """Adds a learned vector to each position, for layers that see no order: (length, features).

    Source: Gehring et al., "Convolutional Sequence to Sequence Learning" (2017).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """One vector for each position that a sequence may have."""
        from automl.models.modules.positional_embedding import PositionalEmbedding as Module

        return Module(*sequence(shape))
