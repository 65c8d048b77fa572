"""Options for any layer, made from its JSON schema, so that a new layer needs no test code."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

from automl.core.data_types import Shape, Tokens
from automl.models.layers import LAYERS

# What a layer that holds layers may hold: for a vector, a sequence and an image.
INNER = {
    1: {"dense": {"units": 8}},
    2: {"gru": {"units": 8, "return_sequences": True}},
    3: {"conv2d": {"filters": 8}},
}


def batch_of(shape: Shape, size: int = 4, seed: int = 1) -> torch.Tensor:
    """Examples of ``shape``, as the first layer gets them."""
    generator = torch.Generator().manual_seed(seed)
    if isinstance(shape, Tokens):
        ids = torch.randint(1, shape.vocabulary, (size, shape.length), generator=generator)
        return ids.to(torch.int32)
    return torch.randn(size, *shape, generator=generator)


def fields(name: str) -> dict[str, dict[str, Any]]:
    return LAYERS[name].model_json_schema()["properties"] if LAYERS[name].model_fields else {}


def minimal(name: str, shape: Shape = (2, 2)) -> dict[str, Any]:
    """The options that have no default, for inputs of ``shape``."""
    required = LAYERS[name].model_json_schema().get("required", [])
    return {field: _example(fields(name)[field], shape) for field in required}


def _example(field: dict[str, Any], shape: Shape) -> Any:
    if "enum" in field:
        return field["enum"][0]
    return {"integer": 8, "number": 0.5, "array": [INNER[len(shape)]]}[field["type"]]


def layers(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """Any layer with any small options; ``depth`` limits layers inside of layers."""
    names = [each for each in LAYERS if depth or not _nests(each)]
    return st.sampled_from(names).flatmap(
        lambda name: st.fixed_dictionaries(
            {key: _any(field, depth) for key, field in fields(name).items()}
        ).map(lambda options: {name: options})
    )


def _nests(name: str) -> bool:
    return any(field.get("type") == "array" for field in fields(name).values())


def _any(field: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "anyOf" in field:
        return st.one_of([_any(each, depth) for each in field["anyOf"]])
    if "enum" in field:
        return st.sampled_from(field["enum"])
    return {
        "integer": st.integers(1, 4),
        "number": st.floats(0, 0.9),
        "boolean": st.booleans(),
        "null": st.none(),
        "array": st.deferred(lambda: st.lists(layers(depth - 1), min_size=1, max_size=3)),
    }[field["type"]]
