"""What happens to a table's columns before the first layer."""

from __future__ import annotations

from typing import Any

from keras import layers, ops

from automl.export.keras.flow import Flow
from automl.export.keras.preprocessing.preparation import Preparation
from automl.models.preprocessing import columns


class Columns(Preparation):
    """Scales numbers, flags missing ones, and gives each category a place of its own."""

    def prepare(self, module: columns.Columns, raw: Any) -> Flow:
        """(N, columns) -> (N, features) float32, as the module says."""
        numbers = raw[:, : len(module.center)]
        missing = ops.isnan(numbers)
        parts = []
        if len(module.center):
            parts.append(_scale(module, numbers, missing))
        if len(module.flagged):
            parts.append(ops.take(missing, module.flagged.numpy(), axis=1))
        if len(module.column):
            taken = ops.take(raw, module.column.numpy(), axis=1)
            parts.append(ops.equal(taken, module.value.numpy()))
        return Flow(layers.Concatenate()([ops.cast(each, "float32") for each in parts]))


def _scale(module: columns.Columns, numbers: Any, missing: Any) -> Any:
    center, scale = module.center.numpy(), module.scale.numpy()
    scaled = (ops.where(missing, center, numbers) - center) / scale
    scaled = ops.clip(scaled, -columns.SQUARABLE, columns.SQUARABLE)
    return scaled * ops.rsqrt(1 + ops.square(scaled / columns.LARGEST))
