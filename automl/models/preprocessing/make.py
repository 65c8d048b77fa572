"""From an encoding's description of a preprocessing to the module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl.models.preprocessing import PREPROCESSING

if TYPE_CHECKING:
    from automl.models.preprocessing.preprocess import Preprocess


def make_preprocess(preprocessing: Mapping[str, Mapping[str, Any]]) -> Preprocess:
    """The module that ``preprocessing`` describes, on PyTorch's default device.

    Args:
        preprocessing: One ``{name: options}``: ``{"normalize": {"mean": [0.5], "std": [0.2]}}``.

    Raises:
        UnknownName: if there is no such preprocessing.
    """
    ((name, options),) = preprocessing.items()
    return PREPROCESSING[name](**options)
