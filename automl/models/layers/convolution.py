"""What all convolutions have in common."""

from __future__ import annotations

from typing import Literal

from automl.models.checks import window_fits
from automl.models.layer import Count, Layer


class Convolution(Layer):
    """The options that convolutions share."""

    filters: Count
    """Number of output channels."""
    kernel_size: Count = 3
    """Size of the window along each side, in pixels or positions."""
    stride: Count = 1
    """How far the window moves: 2 halves each side."""
    padding: Literal["same", "valid"] = "same"
    """`same` pads with zeros: a side of n becomes ceil(n / stride). `valid` pads nothing."""
    dilation: Count = 1
    """Distance between the values a window looks at."""
    bias: bool = True
    """Add a learned number per filter; of no use right before batch_norm."""

    @property
    def _reach(self) -> int:
        """From the first to the last value of a window."""
        return self.dilation * (self.kernel_size - 1)

    def _pad(self, sides: tuple[int, ...]) -> tuple[int, int]:
        """Zeros before and after each side; PyTorch's own padding="same" refuses strides."""
        if self.padding == "same":
            return self._reach // 2, self._reach - self._reach // 2
        window_fits(self._reach + 1, sides)
        return 0, 0
