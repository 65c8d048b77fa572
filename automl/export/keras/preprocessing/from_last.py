"""What happens to a series whose level drifts."""

from __future__ import annotations

from typing import Any

from keras import layers

from automl.export.keras.flow import Flow
from automl.export.keras.preprocessing.preparation import Preparation
from automl.export.keras.preprocessing.standardize import fill
from automl.models.preprocessing import from_last


class FromLast(Preparation):
    """Measures what is forecast from its last value, and adds that to the outputs."""

    def prepare(self, module: from_last.FromLast, raw: Any) -> Flow:
        """(N, length, variables) -> the same shape, no NaN."""
        first = raw[:, :, : module.targets] - self._last(module, raw)
        others = raw[:, :, module.targets :] - module.centre[module.targets :].numpy()
        parts = [first, others] if others.shape[-1] else [first]
        return Flow(fill(layers.Concatenate()(parts) / module.spread.numpy()))

    def restore(self, module: from_last.FromLast, outputs: Any, raw: Any) -> Any:
        """Outputs (N, steps, targets), from the last value on."""
        return outputs + self._last(module, raw)

    def _last(self, module: from_last.FromLast, raw: Any) -> Any:
        return raw[:, -1:, : module.targets]
