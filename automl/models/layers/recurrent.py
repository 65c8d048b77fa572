"""Recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.checks import sequence
from automl.models.layer import Count, Layer

if TYPE_CHECKING:
    from torch import nn


class _Recurrent(Layer):
    """The options of recurrent layers."""

    units: Count
    """Numbers in a state."""
    return_sequences: bool = False
    """Give the state at each position, (length, units); otherwise the last one, (units,)."""

    def _build(self, cells: type[nn.LSTM | nn.GRU | nn.RNN], shape: Shape) -> nn.Module:
        from automl.models.modules.recurrent import Recurrent

        _, features = sequence(shape)
        return Recurrent(cells(features, self.units, batch_first=True), self.return_sequences)


class Lstm(_Recurrent):
    """Long short-term memory: (length, features) -> (units,), the state after the last position.

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``LSTM`` of one layer."""
        from torch import nn

        return self._build(nn.LSTM, shape)


class Gru(_Recurrent):
    """Gated recurrent units: (length, features) -> (units,), the state after the last position.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder" (2014).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``GRU`` of one layer."""
        from torch import nn

        return self._build(nn.GRU, shape)


class Rnn(_Recurrent):
    """A plain recurrent layer with tanh: (length, features) -> (units,), the last state.

    Source: Elman, "Finding Structure in Time" (1990).
    """

    def build(self, shape: Shape) -> nn.Module:
        """``RNN`` of one layer."""
        from torch import nn

        return self._build(nn.RNN, shape)
