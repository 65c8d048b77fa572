"""Recurrent networks over padded batches."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.masked import Masked
from automl.models.modules.sequence_to_vector import last_real


class Recurrent(Masked):
    """Runs a recurrent network and gives all of its states, or the last real one.

    Padding is run through like the rest, for it comes last and no real state sees it: packed
    sequences are 2 to 5 times slower on a CPU.

    Args:
        cells: ``LSTM``, ``GRU`` or ``RNN`` of one layer and one direction, batch first.
        every: Give the state at every position.
    """

    def __init__(self, cells: nn.RNNBase, every: bool) -> None:
        super().__init__()
        self.cells = cells
        self.every = every

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length, units), or (N, units) unless ``every``."""
        states = self._run(inputs)
        return states if self.every else last_real(states, mask)

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The same for all states, None for the last."""
        return mask if self.every else None

    def _run(self, inputs: Tensor) -> Tensor:
        if inputs.is_meta:
            return self._measured(inputs)
        states: Tensor = self.cells(inputs)[0]
        return states

    def _measured(self, inputs: Tensor) -> Tensor:
        # The matrix products of all steps at once: PyTorch would take seconds for one by one.
        from_input, from_state, *_ = self.cells.all_weights[0]
        states = inputs.new_empty(*inputs.shape[:2], self.cells.hidden_size)
        functional.linear(inputs, from_input)
        functional.linear(states, from_state)
        return states
