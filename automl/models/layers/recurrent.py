"""Recurrent layers, in one direction and in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.data_types import Shape
from automl.models.layers import Count, Inner, Layer, as_sequence
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
