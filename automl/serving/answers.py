"""What the server says, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from automl.export.predict import InputPrediction
from automl.tasks.prediction import LabelPrediction


class Answer(BaseModel):
    """One example: a label, or values, or why there is neither."""

    label: str | None = None
    probability: float | None = None
    probabilities: dict[str, float] | None = None
    """The likeliest first; if they are asked for."""
    values: dict[str, list[float]] | None = None
    """Name -> the number at each step."""
    error: str | None = None


class Answers(BaseModel):
    """What the model says, in the order of the request."""

    predictions: list[Answer]


class Trouble(BaseModel):
    """Why there is no answer."""

    error: str


class Health(BaseModel):
    """How the server is."""

    status: str = "ready"
    model: str
    uptime: float
    """Seconds since it began."""
    requests: int
    """How many were answered, refused ones among them."""
    examples: int
    """On how many the model was run."""
    batches: int
    """How often it was run; fewer than requests where some shared a batch."""
    largest_batch: int
    waiting: int
    """Examples that wait or are under way."""


def make_answers(
    found: Sequence[InputPrediction], top_k: int | None, probabilities: bool
) -> Answers:
    """The answers to a request.

    Args:
        found: What the model says.
        top_k: So many of the likeliest labels; None is as ``probabilities`` says.
        probabilities: Whether all of them are given.
    """
    return Answers(predictions=[_answer(each, top_k, probabilities) for each in found])


def _answer(found: InputPrediction, top_k: int | None, probabilities: bool) -> Answer:
    prediction = found.prediction
    if prediction is None:
        return Answer(error=found.error)
    if not isinstance(prediction, LabelPrediction):
        return Answer(values={name: list(each) for name, each in prediction.values.items()})
    ranked: list[tuple[str, Any]] = list(prediction.probabilities.items())
    most = len(ranked) if top_k is None else top_k
    asked = probabilities or top_k is not None
    return Answer(
        label=prediction.label,
        probability=prediction.probability,
        probabilities=dict(ranked[:most]) if asked else None,
    )
