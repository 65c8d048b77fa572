"""Finds a good PyTorch model for your data while you do something else.

>>> import automl
>>> study = automl.search("cnn", trials=20)  # doctest: +SKIP
>>> study.best, study.trials, study.plot_history()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.core.defaults import __version__
from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.api import Study, load, resume, search

__all__ = ["Study", "__version__", "load", "resume", "search"]

# Imported on use: the command line answers sooner without what a search takes.
_NAMES = ("Study", "load", "resume", "search")
_PUBLIC: Registry[Any] = Registry("function", {name: f"automl.api:{name}" for name in _NAMES})


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'automl' has no attribute {name!r}")
    return _PUBLIC[name]


def __dir__() -> list[str]:
    return sorted(__all__)
