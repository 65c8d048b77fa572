"""The values and mask that pass through a Keras network. Importing this imports Keras.

Keras's own layers pass a mask on implicitly; here it is explicit, as the number of positions that
are not padding, which is only ever at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops
from torch import Tensor

# Used for -infinity, which a ``.keras`` file cannot hold because it is JSON.
LOWEST = float(np.finfo(np.float32).min)


@dataclass(frozen=True, eq=False)
class MaskedValues:
    """The inputs or outputs of a layer.

    Args:
        values: Keras tensor: images (N, H, W, C), as TensorFlow needs them on a CPU; sequences
            (N, length, features); vectors (N, features); token ids (N, length).
        lengths: Number of positions of each sequence that are not padding, int32 (N, 1), at least
            1; None if nothing is padded.
    """

    values: Any
    lengths: Any = None

    def to(self, values: Any) -> MaskedValues:
        """Other values with the same lengths."""
        return replace(self, values=values)

    @property
    def positions(self) -> Any:
        """int32 (N, length): 0, 1, 2 … in each row."""
        ids = self.values if len(self.values.shape) == 2 else self.values[:, :, 0]
        return ops.cumsum(ops.ones_like(ids, dtype="int32"), axis=1) - 1

    @property
    def real(self) -> Any:
        """Bool (N, length, 1): which positions are not padding."""
        return (self.positions < self.lengths)[..., None]

    def filled(self, value: float = 0.0) -> Any:
        """The values of sequences, with padding replaced by ``value``."""
        return self.values if self.lengths is None else ops.where(self.real, self.values, value)

    def shortened(self, stride: int) -> Any:
        """The lengths after a window that moves by ``stride``."""
        return None if self.lengths is None else (self.lengths + (stride - 1)) // stride


def apply_layer(layer: Any, values: Any, *weights: Tensor) -> Any:
    """The outputs of a new Keras layer with these weights."""
    outputs = layer(values)
    layer.set_weights([each.detach().numpy() for each in weights])
    return outputs


def pad(values: Any, before: int, after: int, value: float = 0.0) -> Any:
    """Images or sequences with ``value`` added before and after each side."""
    sides = len(values.shape) - 2
    widths = ((0, 0), *[(before, after)] * sides, (0, 0))
    return ops.pad(values, widths, constant_values=value) if before or after else values
