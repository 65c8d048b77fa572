"""Names and shapes of a written model's inputs and outputs."""

from __future__ import annotations

from automl.core.data_types import Classes, Target, Tokens
from automl.data.encoding import Encoding
from automl.export.runtime import Inputs


def input_name(encoding: Encoding) -> str:
    """The input's name, which is that of the examples: ``"images"``, ``"texts"``, and so on."""
    return encoding.unit.replace(" ", "_")


def output_name(target: Target) -> str:
    """``"logits"`` for classes, ``"values"`` (in standard units) for quantities."""
    return "logits" if isinstance(target, Classes) else "values"


def input_shape(encoding: Encoding) -> str:
    """Such as ``"(N, 1, 28, 28)"``, or ``"(N, up to 200)"`` for texts."""
    if isinstance(encoding.shape, Tokens):
        return f"(N, up to {encoding.shape.length})"
    return f"(N, {', '.join(map(str, encoding.raw_shape))})"


def output_shape(target: Target) -> str:
    """Such as ``"(N, 10)"`` (classes), or ``"(N, 24, 1)"`` (steps, quantities)."""
    if isinstance(target, Classes):
        return f"(N, {len(target.labels)})"
    return f"(N, {target.steps}, {len(target.names)})"


def accepts(encoding: Encoding, inputs: Inputs) -> bool:
    """Whether ``inputs`` is a batch of at least one example, in the encoding's shape and dtype."""
    shape = inputs.shape[1:]
    if isinstance(encoding.shape, Tokens):
        fits = len(shape) == 1 and 0 < shape[0] <= encoding.shape.length
    else:
        fits = shape == encoding.raw_shape
    return fits and len(inputs) > 0 and inputs.dtype == encoding.dtype
