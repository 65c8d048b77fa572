"""How each preprocessing is built of Keras's operations: one file per kind, one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.export.keras.preprocessing.preparation import Preparation

PREPARATIONS: Registry[type[Preparation]] = Registry(
    "preprocessing in Keras",
    {
        "normalize": "automl.export.keras.preprocessing.normalize:Normalize",
        "tokens": "automl.export.keras.preprocessing.tokens:TokenIds",
        "columns": "automl.export.keras.preprocessing.columns:Columns",
        "standardize": "automl.export.keras.preprocessing.standardize:Standardize",
        "from_last": "automl.export.keras.preprocessing.from_last:FromLast",
    },
)
