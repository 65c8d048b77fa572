"""Attention: layers that weigh the positions of a sequence by their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from automl.core.data_types import Shape
from automl.models.layer import Count, Layer, as_sequence, check_divisible

if TYPE_CHECKING:
    from torch import nn


class AttentionPool(Layer):
    """A mean of the positions with learned weights: (length, features) -> (features,).

    Source: Yang et al., "Hierarchical Attention Networks for Document Classification" (2016).
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling with its scoring network."""
        from automl.models.modules.pooling import SequenceAttentionPool as Module

        _, features = as_sequence(shape)
        return Module(features)


class TransformerEncoder(Layer):
    """One block of a transformer's encoder; keeps the shape, (length, features).

    Inputs are normalised before each part, so put a layer_norm after the last block; the order of
    positions is not seen, so put a positional_embedding before the first. Source: Vaswani et al.,
    "Attention Is All You Need" (2017), normalised as in Xiong et al., "On Layer Normalization in
    the Transformer Architecture" (2020).
    """

    heads: Count
    """Number of attention heads; divides the number of features."""
    feedforward: Count
    """Hidden units of the network at each position; often 2 to 4 times the features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the values that are dropped before each sum while training."""

    def build(self, shape: Shape) -> nn.Module:
        """The block."""
        from automl.models.modules.attention import TransformerBlock

        _, features = as_sequence(shape)
        check_divisible("features", features, "heads", self.heads)
        return TransformerBlock(features, self.heads, self.feedforward, self.dropout)
