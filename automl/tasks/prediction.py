"""Predictions: a model's answer for one example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl.core.text import number


@dataclass(frozen=True)
class LabelPrediction:
    """A class.

    Args:
        label: Most probable class.
        probability: Probability of that class.
        probabilities: Probability of every class by label, the most probable first.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]

    def as_rows(self) -> list[dict[str, str]]:
        """Its one row of a table: text by column."""
        return [{"label": self.label, "probability": f"{self.probability:.4f}"}]


@dataclass(frozen=True)
class QuantityPrediction:
    """Quantities.

    Args:
        values: Number at each step by name; one step unless it is a forecast.
        times: Time of each step of a forecast, such as ``"2024-01-31"``; empty if unknown.
        item: Name of the series, among many; empty if there is one series.
    """

    values: Mapping[str, tuple[float, ...]]
    times: tuple[str, ...] = ()
    item: str = ""

    @property
    def steps(self) -> list[dict[str, str]]:
        """Columns that identify each step of a forecast: its item and its time or number."""
        many = len(next(iter(self.values.values())))
        item = {"item": self.item} if self.item else {}
        if self.times:
            return [{**item, "time": time} for time in self.times]
        return [{**item, "step": str(at)} for at in range(1, many + 1)]

    def as_rows(self) -> list[dict[str, str]]:
        """Rows of a table, one for each step: text by column."""
        steps = zip(*self.values.values(), strict=True)
        rows = [dict(zip(self.values, map(number, each), strict=True)) for each in steps]
        if len(rows) == 1 and not self.times:
            return rows
        return [{**step, **row} for step, row in zip(self.steps, rows, strict=True)]


Prediction = LabelPrediction | QuantityPrediction
