"""The parameters of a tree, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from automl.core.distributions import Parameter, Value
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope

When = Mapping[str, tuple[Value, ...]]


def list_parameters(parts: Iterable[Node]) -> tuple[Parameter, ...]:
    """Everything that ``parts`` may draw; what repeats share exists when any of them does."""
    merged: dict[str, Parameter] = {}
    for part in parts:
        for met in part.parameters(Scope()):
            known = merged.get(met.name)
            merged[met.name] = replace(met, when=_either(known.when, met.when)) if known else met
    return tuple(merged.values())


def _either(one: When, other: When) -> When:
    """What is certain if one of two conditions holds."""
    return {name: _union(one[name], other[name]) for name in one if name in other}


def _union(one: tuple[Value, ...], other: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys((*one, *other)))
