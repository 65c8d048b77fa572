"""What a trained model gets wrong, as plain values that travel between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ImageExample:
    """An example that is an image.

    Args:
        png: The image as a PNG file in base64.
    """

    png: str


@dataclass(frozen=True)
class TextExample:
    """An example that is a text.

    Args:
        text: The text, as far as the model reads it.
    """

    text: str


@dataclass(frozen=True)
class RowExample:
    """An example that is a row of a table.

    Args:
        cells: Column -> its cell as text.
    """

    cells: Mapping[str, str]


@dataclass(frozen=True)
class SeriesLine:
    """One variable over time.

    Args:
        name: Name of the variable.
        start: Step of the first value; a forecast starts where the past ends.
        values: One value for each step.
        role: Role of the line: "came" or "forecast" after a window, empty for the model's input.
    """

    name: str
    start: int
    values: tuple[float, ...]
    role: str = ""


@dataclass(frozen=True)
class SeriesExample:
    """An example that is a series, with a line for each variable."""

    lines: tuple[SeriesLine, ...]


Example = ImageExample | TextExample | RowExample | SeriesExample


@dataclass(frozen=True)
class Mistake:
    """One of the examples with the largest errors.

    Args:
        example: The model's input.
        truth: The correct answer in words.
        answer: The model's answer in words.
        degree: Size of the error in words: ``"98% sure"``, ``"off by 12.5"``.
    """

    example: Example
    truth: str
    answer: str
    degree: str


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix.

    Args:
        labels: Names of the classes; if there are many, the last stands for all others.
        counts: A row for each true class, a column for each predicted class.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Scatter:
    """True and predicted numbers of a sample of the examples.

    Args:
        name: Name of the predicted number.
        truths: True values.
        answers: Predicted values, in the same order.
    """

    name: str
    truths: tuple[float, ...]
    answers: tuple[float, ...]


@dataclass(frozen=True)
class ErrorAnalysis:
    """The errors of a model on the validation split.

    Args:
        examples: Number of examples.
        errors: Summary of all errors.
        mistakes: The worst examples, worst first.
    """

    examples: int
    errors: Confusion | Scatter
    mistakes: tuple[Mistake, ...]
