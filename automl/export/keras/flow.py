"""A batch on its way through a Keras network while it is built. Importing this imports Keras.

Keras's own layers know of a mask and hand it on unseen; here it goes from layer to layer in plain
sight, as the number of real positions: padding is only ever at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops
from torch import Tensor

# In place of -infinity, which JSON does not have, and a ``.keras`` file is JSON.
LOWEST = float(np.finfo(np.float32).min)


@dataclass(frozen=True, eq=False)
class Flow:
    """What a layer takes and gives.

    Args:
        values: A Keras tensor: images (N, H, W, C), which TensorFlow needs on a CPU; sequences
            (N, length, features); vectors (N, features); token ids (N, length).
        lengths: int32 (N, 1): how many positions of each sequence are no padding, at least 1; None
            if nothing is padded.
    """

    values: Any
    lengths: Any = None

    def to(self, values: Any) -> Flow:
        """Other values, of the same lengths."""
        return replace(self, values=values)

    @property
    def positions(self) -> Any:
        """int32 (N, length): 0, 1, 2 … in each row."""
        ids = self.values if len(self.values.shape) == 2 else self.values[:, :, 0]
        return ops.cumsum(ops.ones_like(ids, dtype="int32"), axis=1) - 1

    @property
    def real(self) -> Any:
        """Bool (N, length, 1): what is no padding."""
        return (self.positions < self.lengths)[..., None]

    def filled(self, value: float = 0.0) -> Any:
        """The values of a sequence, with ``value`` in place of padding."""
        return self.values if self.lengths is None else ops.where(self.real, self.values, value)

    def shortened(self, stride: int) -> Any:
        """The lengths once a window has moved by ``stride`` from position to position."""
        return None if self.lengths is None else (self.lengths + (stride - 1)) // stride


def apply(layer: Any, values: Any, *weights: Tensor) -> Any:
    """What a fresh Keras layer, given these weights, makes of ``values``."""
    outputs = layer(values)
    layer.set_weights([each.detach().numpy() for each in weights])
    return outputs


def pad(values: Any, before: int, after: int, value: float = 0.0) -> Any:
    """``value`` before and after each side of images, or of sequences."""
    sides = len(values.shape) - 2
    widths = ((0, 0), *[(before, after)] * sides, (0, 0))
    return ops.pad(values, widths, constant_values=value) if before or after else values
