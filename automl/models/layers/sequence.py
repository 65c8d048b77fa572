"""Layers of sequences: recurrent ones in one direction or both, embeddings, and transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from automl.core.data_types import PADDING, Shape, Tokens
from automl.core.errors import Infeasible
from automl.models.layers import Count, Inner, Layer, as_sequence, check_divisible
from automl.models.network import build_body

if TYPE_CHECKING:
    from torch import nn


class _Recurrent(Layer):
    """The options of recurrent layers."""

    units: Count
    """Length of the state."""
    return_sequences: bool = False
    """Whether to return the state at each position, (length, units), or the last one, (units,)."""

    def _build(self, cells: type[nn.LSTM | nn.GRU | nn.RNN], shape: Shape) -> nn.Module:
        from automl.models.modules.sequence import Recurrent

        _, features = as_sequence(shape)
        return Recurrent(cells(features, self.units, batch_first=True), self.return_sequences)


class Lstm(_Recurrent):
    """Long short-term memory: (length, features) -> (units,), the state after the last position.

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``LSTM`` with one layer."""
        from torch import nn

        return self._build(nn.LSTM, shape)


class Gru(_Recurrent):
    """Gated recurrent units: (length, features) -> (units,), the state after the last position.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``GRU`` with one layer."""
        from torch import nn

        return self._build(nn.GRU, shape)


class Rnn(_Recurrent):
    """A plain recurrent layer with tanh: (length, features) -> (units,), the last state.

    Source: Elman, "Finding Structure in Time" (1990).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``RNN`` with one layer."""
        from torch import nn

        return self._build(nn.RNN, shape)


class Bidirectional(Layer):
    """Layers that read a sequence, beside the same layers that read it in reverse.

    (length, features) -> twice the features of the layers' output. Source: Schuster and Paliwal,
    "Bidirectional Recurrent Neural Networks" (1997).
    """

    layers: Inner
    """Layers of one direction; the other direction has the same with its own weights."""

    def build(self, shape: Shape) -> nn.Module:
        """The layers in both directions."""
        from automl.models.modules.sequence import BidirectionalBlock

        forwards, _ = build_body(self.layers, as_sequence(shape))
        backwards, _ = build_body(self.layers, shape)
        return BidirectionalBlock(forwards, backwards)


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


class NgramBag(Layer):
    """The sum of learned vectors of a text's n-grams, scaled by TF-IDF: (length,) ids -> (units,).

    Document frequencies are those of the train split. Tokens that are words make n-grams of words,
    bytes make n-grams of characters. Sources: Wang and Manning, "Baselines and Bigrams" (2012), for
    n-grams that count once; Joulin et al., "Bag of Tricks for Efficient Text Classification"
    (2017), for hashing and for vectors in place of one weight for each class.
    """

    takes_tokens: ClassVar[bool] = True

    units: Count
    """Length of the vectors; as many as classes, or more, make it as able as a linear model."""
    ngrams: Count = 2
    """Tokens of the longest n-grams: 2 for words and pairs of them, about 5 for bytes."""
    buckets: Count = 2**17
    """Vectors for all n-grams of more than one token, which share them by their hash."""

    def build(self, shape: Shape) -> nn.Module:
        """The bag with a table of zeros."""
        from automl.models.modules.text import HashedNgrams as Module

        if not isinstance(shape, Tokens):
            raise Infeasible("it needs token ids; put it first in a network for texts")
        return Module(shape.vocabulary, self.units, self.ngrams, self.buckets)


class PositionalEmbedding(Layer):
    """Adds a learned vector to each position, (length, features), for layers that see no order.

    Source: Gehring et al., "Convolutional Sequence to Sequence Learning" (2017).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """One vector for each possible position."""
        from automl.models.modules.blocks import LearnedPositions as Module

        return Module(*as_sequence(shape))


class AttentionPool(Layer):
    """A mean of the positions with learned weights: (length, features) -> (features,).

    Source: Yang et al., "Hierarchical Attention Networks for Document Classification" (2016).
    """

    def build(self, shape: Shape) -> nn.Module:
        """The pooling with its scoring network."""
        from automl.models.modules.sequence import SequenceAttentionPool as Module

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
        from automl.models.modules.blocks import TransformerBlock

        _, features = as_sequence(shape)
        check_divisible("features", features, "heads", self.heads)
        return TransformerBlock(features, self.heads, self.feedforward, self.dropout)
