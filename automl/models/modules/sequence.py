"""Layers for padded sequences: convolutions, normalisation, recurrent networks and pooling.

No result depends on the padding, so a sequence gives the same outputs in every batch.
"""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.model import Body, Masked, ToVector, zero_padding


class SequenceConv(Masked):
    """A convolution that reads zeros beyond the end of a sequence.

    Args:
        convolution: Module (N, features, length) -> (N, filters, ceil(length / stride)).
        stride: Positions that the window moves by.
    """

    def __init__(self, convolution: nn.Module, stride: int = 1) -> None:
        super().__init__()
        self.convolution = convolution
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', filters)."""
        outputs: Tensor = self.convolution(zero_padding(inputs, mask).transpose(1, 2))
        return outputs.transpose(1, 2).contiguous()


class ValidConv(SequenceConv):
    """A convolution whose windows lie inside the sequence; shorter sequences get one window.

    Args:
        convolution: Module (N, features, length) -> (N, filters, length'), without any padding.
        stride: Positions that the window moves by.
        reach: Distance from the first to the last position of a window.
    """

    def __init__(self, convolution: nn.Module, stride: int, reach: int) -> None:
        super().__init__(convolution, stride)
        self.reach = reach

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', filters)."""
        if mask is None:
            return super().forward(inputs)
        # So that a batch of short sequences has room for a window, too.
        return super().forward(functional.pad(zero_padding(inputs, mask), (0, 0, 0, self.reach)))

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """True where the whole window is real, and for the first window."""
        if mask is None:
            return None
        position = torch.arange(mask.shape[1], device=mask.device)
        whole = functional.pad(mask, (0, self.reach))[:, self.reach :]
        return super().next_mask(whole | (position == 0))


class TemporalBlock(Masked):
    """``relu(x + relu(conv(relu(conv(x)))))`` with causal convolutions (Bai et al., 2018).

    Args:
        features: Number of input features.
        filters: Number of output features.
        kernel_size: Positions in a window: the current one and earlier ones.
        dilation: Distance between the positions in a window.
    """

    def __init__(self, features: int, filters: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.first = _causal(features, filters, kernel_size, dilation)
        self.second = _causal(filters, filters, kernel_size, dilation)
        same = features == filters
        self.shortcut = nn.Identity() if same else nn.Linear(features, filters, bias=False)

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length, filters)."""
        hidden = functional.relu(self.first(inputs, mask))
        hidden = functional.relu(self.second(hidden, mask))
        return functional.relu(hidden + self.shortcut(inputs))


def _causal(features: int, filters: int, kernel_size: int, dilation: int) -> SequenceConv:
    before = nn.ConstantPad1d((dilation * (kernel_size - 1), 0), 0.0)
    convolution = nn.Conv1d(features, filters, kernel_size, dilation=dilation)
    return SequenceConv(nn.Sequential(before, convolution))


class SequenceBatchNorm(Masked, nn.BatchNorm1d):
    """Normalises each feature over all real positions of the batch."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> the same shape."""
        if mask is None or not self.training:
            return nn.BatchNorm1d.forward(self, inputs.transpose(1, 2)).transpose(1, 2)
        normal = nn.BatchNorm1d.forward(self, inputs[mask])
        return torch.zeros_like(inputs, dtype=normal.dtype).masked_scatter(mask[..., None], normal)


class Recurrent(Masked):
    """Runs a recurrent network and returns all of its states, or the last real one.

    The network also runs over the padding, which comes last and affects no real state: packed
    sequences are 2 to 5 times slower on a CPU.

    Args:
        cells: ``LSTM``, ``GRU`` or ``RNN`` with one layer and one direction, batch first.
        every: Whether to return the state at every position.
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
        """The input's mask for all states, None for the last one."""
        return mask if self.every else None

    def _run(self, inputs: Tensor) -> Tensor:
        if inputs.is_meta:
            return self._measured(inputs)
        states: Tensor = self.cells(inputs)[0]
        return states

    def _measured(self, inputs: Tensor) -> Tensor:
        # All steps' matrix products at once: on the meta device, one by one would take seconds.
        from_input, from_state, *_ = self.cells.all_weights[0]
        states = inputs.new_empty(*inputs.shape[:2], self.cells.hidden_size)
        functional.linear(inputs, from_input)
        functional.linear(states, from_state)
        return states


class BidirectionalBlock(Masked):
    """Concatenates the outputs of two bodies, one of which reads the sequence in reverse.

    Args:
        forwards: Layers that read from the first position to the last.
        backwards: The same layers with other weights, which read from the last to the first.
    """

    def __init__(self, forwards: Body, backwards: Body) -> None:
        super().__init__()
        self.forwards = forwards
        self.backwards = backwards
        self.stride = forwards.stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, length', 2 features') or (N, 2 features').

        If the outputs are sequences, both parts of a position belong to the same input position.
        """
        first = self.forwards(inputs, mask)
        second = self.backwards(reverse(inputs, mask), mask)
        if second.ndim == inputs.ndim:
            second = reverse(second, self.next_mask(mask))
        return torch.cat([first, second], dim=-1)

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask after either body."""
        return self.forwards.next_mask(mask)


def reverse(inputs: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, features) -> the same shape, each sequence reversed within its own length."""
    if mask is None:
        return inputs.flip(1)
    position = torch.arange(inputs.shape[1], device=inputs.device)
    mirrored = mask.sum(dim=1, keepdim=True) - 1 - position
    index = torch.where(mask, mirrored, position)
    return inputs.gather(1, index[..., None].expand_as(inputs))


class SequenceMaxPool(Masked):
    """The largest value of each window; the last windows may reach beyond the end.

    Args:
        size: Positions in a window.
        stride: Positions that the window moves by.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        self.size = size
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, ceil(length / stride), features)."""
        real = inputs if mask is None else inputs.masked_fill(~mask[..., None], -inf)
        filled = functional.pad(real, (0, 0, 0, self.size - 1), value=-inf)
        pooled = functional.max_pool2d(filled[:, None], (self.size, 1), (self.stride, 1))[:, 0]
        return zero_padding(pooled, self.next_mask(mask))


class SequenceAvgPool(Masked):
    """The mean of the real positions of adjacent windows.

    Args:
        stride: Positions in a window; the last may reach beyond the end.
    """

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, ceil(length / stride), features)."""
        real = inputs.new_ones(1, inputs.shape[1]) if mask is None else mask.to(inputs.dtype)
        shares = self._average(real[..., None])
        # A window of padding only has a share of 0.
        return self._average(zero_padding(inputs, mask)) / shares.clamp(min=0.5 / self.stride)

    def _average(self, inputs: Tensor) -> Tensor:
        filled = functional.pad(inputs, (0, 0, 0, self.stride - 1))
        return functional.avg_pool2d(filled[:, None], (self.stride, 1))[:, 0]


class SequenceMean(ToVector):
    """The mean of each feature."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        if mask is None:
            return inputs.mean(dim=1)
        return zero_padding(inputs, mask).sum(dim=1) / mask.sum(dim=1, keepdim=True)


class SequenceMax(ToVector):
    """The largest value of each feature."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        real = inputs if mask is None else inputs.masked_fill(~mask[..., None], -inf)
        return real.amax(dim=1)


class SequenceAttentionPool(ToVector):
    """A weighted mean; the weights are the softmax of a learned score of each position.

    Args:
        features: Number of features of the sequence.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(features, features), nn.Tanh(), nn.Linear(features, 1, bias=False)
        )

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        scores: Tensor = self.score(inputs)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., None], -inf)
        return torch.sum(scores.softmax(dim=1) * zero_padding(inputs, mask), dim=1)


class SequenceFlatten(ToVector):
    """All values in one vector of a fixed length; shorter sequences have zeros at the end.

    Args:
        length: Largest number of positions of a sequence.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, up to length, features) -> (N, length · features)."""
        if mask is None:
            return inputs.flatten(1)
        filled = functional.pad(zero_padding(inputs, mask), (0, 0, 0, self.length))
        return filled[:, : self.length].flatten(1)


class SequenceLast(ToVector):
    """The last position that is not padding."""

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> (N, features)."""
        return last_real(inputs, mask)


def last_real(states: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, units) -> (N, units): the state at the last position that is not padding."""
    if mask is None:
        return states[:, -1]
    last = mask.sum(dim=1) - 1
    return states.gather(1, last[:, None, None].expand(-1, 1, states.shape[2]))[:, 0]
