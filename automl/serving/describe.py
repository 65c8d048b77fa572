"""What a request may hold, as OpenAPI says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.data.encodings.encoding import Encoding
from automl.export.interface import input_name
from automl.export.kinds import KINDS
from automl.serving.body import FORM, JSON
from automl.serving.reading import SUFFIXES

_NUMBERS = {"type": "array", "items": {"type": "number", "nullable": True}}
_ROW = {"type": "object", "additionalProperties": True}
_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "texts": {"type": "string"},
    "rows": _ROW,
    "windows": {"type": "array", "items": _ROW},
    "series": _NUMBERS,
}
_BYTES = {"type": "string", "format": "binary"}


def describe_request(encoding: Encoding) -> dict[str, Any]:
    """The ``requestBody`` of ``/predict`` for models of such inputs."""
    files = {"type": "array", "items": _BYTES}
    form = {"schema": {"type": "object", "properties": {"files": files}}}
    return {"requestBody": {"required": True, "content": {**_bodies(encoding), FORM: form}}}


def example_request(encoding: Encoding, url: str) -> str:
    """A line for the shell that asks the server something."""
    file = KINDS[encoding.kind].file
    if encoding.kind == "images":
        return f"curl {url}/predict --data-binary @{file}"
    if encoding.kind == "text":
        return f'curl {url}/predict --json \'{{"texts": ["…"]}}\''
    return f"curl {url}/predict -H 'content-type: text/csv' --data-binary @{file}"


def _bodies(encoding: Encoding) -> dict[str, Any]:
    unit = input_name(encoding)
    if unit == "images":
        return {"application/octet-stream": {"schema": _BYTES}}
    examples = {"type": "array", "items": _EXAMPLES[unit]}
    schema = {"type": "object", "properties": {unit: examples}, "required": [unit]}
    text = {kind: {"schema": {"type": "string"}} for kind in SUFFIXES[encoding.kind]}
    return {JSON: {"schema": schema}, **text}
