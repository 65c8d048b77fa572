"""Layers that weigh the positions of a sequence by their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from automl.core.shape import Shape
from automl.models.checks import divisible, sequence
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn


class AttentionPool(Layer):
    """A mean of the positions, weighted by what is there: (length, features) -> (features,).

    Source: Yang et al., "Hierarchical Attention Networks for Document Classification" (2016).
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling with its scoring network."""
        from automl.models.modules.sequence_to_vector import AttentionPool as Module

        _, features = sequence(shape)
        return Module(features)


class TransformerEncoder(Layer):
    """One block of a transformer's encoder; keeps the shape, (length, features).

    It is normalised before each part, so a layer_norm belongs behind the last block, and it sees
    no order: put a positional_embedding before the first. Source: Vaswani et al., "Attention Is
    All You Need" (2017); the order is that of Xiong et al., "On Layer Normalization in the
    Transformer Architecture" (2020).
    """

    heads: Count
    """Attentions side by side; they share the features among them."""
    feedforward: Count
    """Hidden units of the network at each position; often 2 to 4 times the features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the values that are dropped before each sum while training."""

    def build(self, shape: Shape) -> nn.Module:
        """The block."""
        from automl.models.modules.transformer_block import TransformerBlock

        _, features = sequence(shape)
        divisible("features", features, "heads", self.heads)
        return TransformerBlock(features, self.heads, self.feedforward, self.dropout)
