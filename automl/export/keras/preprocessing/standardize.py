"""What happens to series before the first layer."""

from __future__ import annotations

from typing import Any

from keras import ops

from automl.export.keras.flow import Flow
from automl.export.keras.preprocessing.preparation import Preparation
from automl.models.preprocessing import standardize


class Standardize(Preparation):
    """Brings each variable to mean 0 and standard deviation 1; what is missing becomes its mean."""

    def prepare(self, module: standardize.Standardize, raw: Any) -> Flow:
        """(N, length, variables) -> the same shape, no NaN."""
        return Flow(fill((raw - module.centre.numpy()) / module.spread.numpy()))


def fill(values: Any) -> Any:
    """0 in place of NaN."""
    return ops.where(ops.isnan(values), 0.0, values)
