"""What a written model takes and gives, and what the two are called."""

from __future__ import annotations

from automl.core.shape import Tokens
from automl.core.target import Classes, Target
from automl.data.encodings.encoding import Encoding
from automl.export.run import Inputs


def input_name(encoding: Encoding) -> str:
    """After what an example is: ``"images"``, ``"texts"``, ``"rows"``, ``"windows"``."""
    return encoding.unit.replace(" ", "_")


def output_name(target: Target) -> str:
    """``"logits"`` of classes, ``"values"`` of numbers in their own units."""
    return "logits" if isinstance(target, Classes) else "values"


def input_shape(encoding: Encoding) -> str:
    """As ``"(N, 1, 28, 28)"``; of texts ``"(N, up to 200)"``."""
    if isinstance(encoding.shape, Tokens):
        return f"(N, up to {encoding.shape.length})"
    return f"(N, {', '.join(map(str, encoding.raw_shape))})"


def output_shape(target: Target) -> str:
    """As ``"(N, 10)"``, a logit for each class, or ``"(N, 24, 1)"``: steps, then numbers."""
    if isinstance(target, Classes):
        return f"(N, {len(target.labels)})"
    return f"(N, {target.steps}, {len(target.names)})"


def takes(encoding: Encoding, inputs: Inputs) -> bool:
    """Whether ``inputs`` is a batch as the encoding makes them, of at least one example."""
    shape = inputs.shape[1:]
    if isinstance(encoding.shape, Tokens):
        fits = len(shape) == 1 and 0 < shape[0] <= encoding.shape.length
    else:
        fits = shape == encoding.raw_shape
    return fits and len(inputs) > 0 and inputs.dtype == encoding.dtype
