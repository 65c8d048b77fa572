"""Convolutions over sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.checks import sequence
from automl.models.layer import Count, Layer
from automl.models.layers.convolution import Convolution

if TYPE_CHECKING:
    from torch import nn


class Conv1d(Convolution):
    """A 1-D convolution: (length, features) -> (length', filters).

    In a batch of texts, `same` has zeros behind each, and `valid` gives a text that is shorter
    than the window one position.
    """

    def build(self, shape: Shape) -> nn.Module:
        """``Conv1d``, told where the padding is."""
        from torch import nn

        from automl.models.modules.sequence_conv import SequenceConv, ValidConv

        length, features = sequence(shape)
        before, after = self._pad((length,))
        convolution = nn.Conv1d(
            features,
            self.filters,
            self.kernel_size,
            stride=self.stride,
            padding=before if before == after else 0,
            dilation=self.dilation,
            bias=self.bias,
        )
        if self.padding == "valid":
            return ValidConv(convolution, self.stride, self._reach)
        if before == after:
            return SequenceConv(convolution, self.stride)
        pad = nn.ConstantPad1d((before, after), 0.0)
        return SequenceConv(nn.Sequential(pad, convolution), self.stride)


class TemporalConv(Layer):
    """Two dilated convolutions that see no later position, around which the input goes.

    (length, features) -> (length, filters). Doubling the dilation from block to block, a few of
    them see far back. Source: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling" (2018).
    """

    filters: Count
    """Number of output features."""
    kernel_size: Count = 3
    """Positions a window looks at: the current one and earlier ones."""
    dilation: Count = 1
    """Distance between the positions a window looks at."""

    def build(self, shape: Shape) -> nn.Module:
        """The block; where the number of features changes, its input goes through a dense layer."""
        from automl.models.modules.temporal_block import TemporalBlock

        _, features = sequence(shape)
        return TemporalBlock(features, self.filters, self.kernel_size, self.dilation)
