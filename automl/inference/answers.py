"""The answers of a model as rows of a table or a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError, UserError
from automl.inference.predict import InputPrediction
from automl.tasks.prediction import LabelPrediction, Prediction

if TYPE_CHECKING:
    from pandas import DataFrame

PREDICTION, PROBABILITY = "prediction", "probability"


@dataclass(frozen=True)
class AnswerFormat:
    """The columns of a model's answers, and their rows.

    Args:
        target: What the model predicts.
        top_k: Number of labels, the likeliest first, each with its probability. None: the likeliest
            label, and the probability of every label.
        steps: Columns that name the step of a forecast: its item and its time.

    Raises:
        UserError: ``top_k`` is given, and the model predicts numbers.
    """

    target: Target
    top_k: int | None = None
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.top_k is not None and not isinstance(self.target, Classes):
            names = ", ".join(self.target.names)
            raise UserError(f"the model predicts numbers ({names}), which have no --top-k")

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        if not isinstance(self.target, Classes):
            return (*self.steps, *self._numbers().values())
        if self.top_k is None:
            return PREDICTION, PROBABILITY, *map(_probability_of, self.target.labels)
        places = range(1, min(self.top_k, len(self.target.labels)) + 1)
        return tuple(name for place in places for name in _placed(place))

    def rows(self, prediction: Prediction) -> list[dict[str, Any]]:
        """The rows of one answer: one row, or for a forecast one for each step."""
        if isinstance(prediction, LabelPrediction):
            return [self._labels(prediction)]
        named = self._numbers()
        steps = zip(*prediction.values.values(), strict=True)
        rows = [dict(zip(named.values(), each, strict=True)) for each in steps]
        if not self.steps:
            return rows
        return [{**step, **row} for step, row in zip(prediction.steps, rows, strict=True)]

    def _labels(self, prediction: LabelPrediction) -> dict[str, Any]:
        found = prediction.probabilities
        if self.top_k is None:
            each = {_probability_of(label): found[label] for label in found}
            return {PREDICTION: prediction.label, PROBABILITY: prediction.probability, **each}
        ranked = enumerate(list(found.items())[: self.top_k], start=1)
        return {
            name: cell
            for place, pair in ranked
            for name, cell in zip(_placed(place), pair, strict=True)
        }

    def _numbers(self) -> dict[str, str]:
        """Name of a quantity -> its column."""
        assert not isinstance(self.target, Classes), "labels have columns of their own"
        names = self.target.names
        return {name: PREDICTION if len(names) == 1 else f"{PREDICTION} {name}" for name in names}


def as_frame(
    found: Iterable[InputPrediction], answers: AnswerFormat, index: Any = None
) -> DataFrame:
    """Predictions as a DataFrame, with a column ``error`` if there are errors.

    Args:
        found: Predictions.
        answers: Columns of the answers.
        index: Index of the DataFrame, if it has as many rows; None numbers them.

    Raises:
        DataError: there is no answer at all.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    errors: list[str] = []
    for each in found:
        new = [{}] if each.prediction is None else answers.rows(each.prediction)
        rows += new
        errors += [f"{each.name}: {each.error}" if each.error else ""] * len(new)
    if all(errors):
        raise DataError(
            f"none of the inputs could be read; {errors[0] if errors else ''}".rstrip("; ")
        )
    frame = pd.DataFrame(rows, columns=list(answers.columns))
    if any(errors):
        frame["error"] = errors
    fits = isinstance(index, pd.Index) and len(index) == len(frame)
    return frame.set_axis(index, axis="index") if fits else frame


def _probability_of(label: str) -> str:
    return f"p({label})"


def _placed(place: int) -> tuple[str, str]:
    number = "" if place == 1 else f" {place}"
    return f"{PREDICTION}{number}", f"{PROBABILITY}{number}"
