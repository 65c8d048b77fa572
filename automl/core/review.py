"""What a trained model gets wrong, as plain values that travel between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """An example that is an image.

    Args:
        png: The image as a PNG file, in base64.
    """

    png: str


@dataclass(frozen=True)
class Words:
    """An example that is a text.

    Args:
        text: As far as the model sees it.
    """

    text: str


@dataclass(frozen=True)
class Row:
    """An example that is a row of a table.

    Args:
        cells: Column -> what is in it, as text.
    """

    cells: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """Numbers over time.

    Args:
        name: Of the variable.
        start: The step of the first number; a forecast starts where the past ends.
        values: One number a step.
    """

    name: str
    start: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class Lines:
    """An example that is a series, with a line for each variable."""

    lines: tuple[Line, ...]


Example = Picture | Words | Row | Lines


@dataclass(frozen=True)
class Mistake:
    """One of the examples that a model gets most wrong.

    Args:
        example: What the model saw.
        truth: What would have been right, in words.
        answer: What the model says, in words.
        degree: How wrong that is, in words: ``"98% sure"``, ``"off by 12.5"``.
    """

    example: Example
    truth: str
    answer: str
    degree: str


@dataclass(frozen=True)
class Confusion:
    """How often each class was taken for which.

    Args:
        labels: Of the classes; where there are many, the last stands for all others.
        counts: A row for each true class, a column for each answer.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Scatter:
    """Numbers beside what the model says of them, of some of the examples.

    Args:
        name: Of the number that is predicted.
        truths: As they are.
        answers: As predicted, in the same order.
    """

    name: str
    truths: tuple[float, ...]
    answers: tuple[float, ...]


@dataclass(frozen=True)
class Review:
    """A model on the validation split, where it is measured on what it was not trained on.

    Args:
        examples: How many it was looked at on.
        errors: All of them in one picture.
        mistakes: The worst, the worst first.
    """

    examples: int
    errors: Confusion | Scatter
    mistakes: tuple[Mistake, ...]
