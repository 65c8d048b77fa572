"""Options for any layer, made from its JSON schema, so that a new layer needs no test code."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from automl.models.layers import LAYERS

CONV = {"conv2d": {"filters": 8}}


def fields(name: str) -> dict[str, dict[str, Any]]:
    return LAYERS[name].model_json_schema()["properties"] if LAYERS[name].model_fields else {}


def minimal(name: str) -> dict[str, Any]:
    """The options that have no default."""
    required = LAYERS[name].model_json_schema().get("required", [])
    return {field: _example(fields(name)[field]) for field in required}


def _example(field: dict[str, Any]) -> Any:
    if "enum" in field:
        return field["enum"][0]
    return {"integer": 8, "number": 0.5, "array": [CONV]}[field["type"]]


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
