"""What happens to texts before the first layer."""

from __future__ import annotations

from typing import Any

from keras import ops

from automl.core.shape import PADDING
from automl.export.keras.flow import Flow
from automl.export.keras.preprocessing.preparation import Preparation


class TokenIds(Preparation):
    """Gives token ids on as they are."""

    def prepare(self, module: Any, raw: Any) -> Flow:
        """(N, length) -> the same; an empty text is one of a single ``PADDING``."""
        real = ops.cast(ops.not_equal(raw, PADDING), "int32")
        return Flow(raw, ops.maximum(ops.sum(real, axis=1, keepdims=True), 1))
