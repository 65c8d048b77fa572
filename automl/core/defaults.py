"""The version of automl, and defaults that help texts show without importing more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__version__ = "0.1.0"
RESULTS = "results"
"""Folder of all studies."""

FIRST_SPACES: Mapping[str, str] = MappingProxyType(
    {
        "images": "cnn",
        "text": "text",
        "table": "mlp",
        "series": "series",
        "forecast": "forecast",
    }
)
"""Kind of data -> the shipped space that is searched by default."""
