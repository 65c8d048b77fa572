"""Short ways to read a space of the small vocabulary, and to look at it."""

from __future__ import annotations

from typing import Any

from small_vocabulary import VOCABULARY

from automl.core.distributions import Distribution, Value
from automl.spaces.domain import FixedSuggest
from automl.spaces.space import SearchSpace, parse_space

# Layers with something to draw.
UNITS = "{dense: {units: {low: 1, high: 9}}}"
RATE = "{dropout: {low: 0, high: 0.5}}"


def read(
    network: str = "[flatten]", training: str = "{}", rest: str = "", data: str = "digits"
) -> SearchSpace:
    """A space with the parts given as YAML; ``rest`` is whole sections."""
    text = f"task: image_classification\ndata: {data}\nnetwork: {network}\ntraining: {training}\n"
    return parse_space(text + rest, VOCABULARY, "space.yaml")


def stage(layers: str, repeat: str = "2") -> str:
    """A network of one stage ``s``."""
    return f"[{{stage: s, repeat: {repeat}, layers: [{layers}]}}]"


def names(space: SearchSpace) -> list[str]:
    return [each.name for each in space.parameters()]


def distribution(space: SearchSpace, name: str) -> Distribution:
    return {each.name: each.distribution for each in space.parameters()}[name]


def when(space: SearchSpace, name: str) -> dict[str, tuple[Value, ...]]:
    return dict({each.name: each.when for each in space.parameters()}[name])


def sample(space: SearchSpace, **values: Value) -> tuple[dict[str, Any], ...]:
    """The network, with ``a__b`` for the parameter ``a.b`` and the baseline for the rest."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    config = space.sample(FixedSuggest({**space.baseline(), **given}))
    return tuple(dict(layer) for layer in config.network)


def training_of(space: SearchSpace, values: dict[str, Value] | None = None) -> dict[str, Any]:
    return dict(space.sample(FixedSuggest(values or {})).training)
