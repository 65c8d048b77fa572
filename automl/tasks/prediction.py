"""What a model says about one example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelPrediction:
    """A class.

    Args:
        label: The most probable one.
        probability: Of that label.
        probabilities: Label -> probability, for every label, the most probable first.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]

    def as_row(self) -> dict[str, str]:
        """For a table: column -> text."""
        return {"label": self.label, "probability": f"{self.probability:.4f}"}


@dataclass(frozen=True)
class QuantityPrediction:
    """Numbers.

    Args:
        values: Name -> the number at each step; of what is no series there is one.
    """

    values: Mapping[str, tuple[float, ...]]

    def as_row(self) -> dict[str, str]:
        """For a table: column -> text, the steps of a forecast behind one another."""
        return {
            name: " ".join(f"{each:.5g}" for each in steps) for name, steps in self.values.items()
        }


Prediction = LabelPrediction | QuantityPrediction
