"""What happens to images before the first layer."""

from __future__ import annotations

from typing import Any

from keras import layers, ops

from automl.export.keras.flow import Flow
from automl.export.keras.preprocessing.preparation import Preparation
from automl.models.preprocessing import normalize


class Normalize(Preparation):
    """Channels last, each at mean 0 and standard deviation 1."""

    def prepare(self, module: normalize.Normalize, raw: Any) -> Flow:
        """(N, C, H, W) -> (N, H, W, C) float32."""
        images = ops.cast(layers.Permute((2, 3, 1))(raw), "float32")
        scale, shift = (each.flatten().numpy() for each in (module.scale, module.shift))
        return Flow(images * scale + shift)
