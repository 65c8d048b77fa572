"""Networks: layers, modules, and what a model does to raw inputs before its first layer.

A preprocessing is a class in ``automl.models.modules.preprocessing`` and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.models.modules.preprocessing import Preprocess

"""Networks: from a resolved list of layers to a PyTorch module."""
PREPROCESSING: Registry[type[Preprocess]] = Registry(
    "preprocessing",
    {
        "normalize": "automl.models.modules.preprocessing:Normalize",
        "tokens": "automl.models.modules.preprocessing:TokenIds",
        "columns": "automl.models.modules.preprocessing:Columns",
        "standardize": "automl.models.modules.preprocessing:Standardize",
        "from_last": "automl.models.modules.preprocessing:FromLast",
        "revin": "automl.models.modules.preprocessing:RevIN",
    },
)


def make_preprocess(preprocessing: Mapping[str, Mapping[str, Any]]) -> Preprocess:
    """The module that ``preprocessing`` describes, on PyTorch's default device.

    Args:
        preprocessing: One ``{name: options}``, as an encoding has it:
            ``{"normalize": {"mean": [0.5], "std": [0.2]}}``.

    Raises:
        UnknownName: if there is no such preprocessing.
    """
    ((name, options),) = preprocessing.items()
    return PREPROCESSING[name](**options)
