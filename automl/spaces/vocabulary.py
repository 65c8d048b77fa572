"""What a space may speak of: the names and settings it is validated against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from automl.core.options import Named
from automl.core.registry import Registry

# The family that networks are made of. Its options are named without a path before them.
LAYER = "layer"


@dataclass(frozen=True)
class Vocabulary:
    """Every name a space may use.

    Args:
        tasks: What kinds of problem there are.
        datasets: The named datasets; a path to one's own data is right as well.
        families: Family -> its members, each a pydantic class of options. ``"layer"`` is one.
        training: The settings of the training section.
        samplers: How values are drawn.
        pruners: How weak trials are stopped.
        metrics: The metrics of a task by name -> whether larger is better.
        reads: The kind of data that a task is about.
    """

    tasks: Registry[Any]
    datasets: Registry[Any]
    families: Mapping[str, Registry[type[BaseModel]]]
    training: type[BaseModel]
    samplers: Registry[Any]
    pruners: Registry[Any]
    metrics: Callable[[str], Mapping[str, bool]]
    reads: Callable[[str], str]


def named_of(model: type[BaseModel], field: str) -> Named | None:
    """The family that a field's value is chosen from, or None if it is a plain value."""
    marks = model.model_fields[field].metadata
    return next((mark for mark in marks if isinstance(mark, Named)), None)
