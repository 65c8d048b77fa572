"""What a model does to raw inputs before its first layer: one file per kind, one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.models.preprocessing.preprocess import Preprocess

PREPROCESSING: Registry[type[Preprocess]] = Registry(
    "preprocessing",
    {
        "normalize": "automl.models.preprocessing.normalize:Normalize",
        "tokens": "automl.models.preprocessing.tokens:TokenIds",
        "columns": "automl.models.preprocessing.columns:Columns",
        "standardize": "automl.models.preprocessing.standardize:Standardize",
        "from_last": "automl.models.preprocessing.from_last:FromLast",
    },
)
