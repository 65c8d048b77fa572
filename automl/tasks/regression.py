"""Numbers are predicted: of an example, or of the steps to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from automl.core.review import Line, Scatter
from automl.core.shape import Shape
from automl.core.target import Quantities, Target
from automl.tasks.findings import MOST_MISTAKES, Finding, Findings
from automl.tasks.prediction import Prediction, QuantityPrediction
from automl.tasks.task import Task, dense_head

if TYPE_CHECKING:
    from torch import Tensor, nn


# Points of a picture, and steps of a forecast that is written out.
MOST_POINTS = 1000
MOST_STEPS = 6


class Regression(Task):
    """Regression with the squared error in standard deviations of the train split.

    Outputs and targets are (N, steps, names) in their own units: scaling is part of the head.
    """

    metrics: ClassVar[Mapping[str, bool]] = {"rmse": False, "mae": False, "r2": True, "loss": False}
    default_metric: ClassVar[str] = "rmse"

    def __init__(self, target: Target) -> None:
        if not isinstance(target, Quantities):
            raise TypeError(f"{type(self).__name__} predicts Quantities, not {target!r}")
        self.target = target

    def head(self, shape: Shape) -> nn.Module:
        """A dense layer to each step of each number, brought to its units."""
        from torch import nn

        from automl.tasks.rescale import Rescale

        target = self.target
        dense = dense_head(shape, target.steps * len(target.names))
        return nn.Sequential(dense, Rescale(target.steps, target.mean, target.std))

    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """Mean squared error in standard deviations; there are no classes to smooth or weigh."""
        error = (outputs - targets) / outputs.new_tensor(self.target.std)
        return error.square().mean()

    def measure(self, outputs: Tensor, targets: Tensor) -> dict[str, float]:
        """RMSE and MAE in the target's units, R² (the mean over the numbers), and the loss."""
        error = outputs.double() - targets.double()
        spread = (targets.double() - targets.double().mean(dim=(0, 1))).square().sum(dim=(0, 1))
        unexplained = error.square().sum(dim=(0, 1)) / spread.clamp(min=1e-12)
        return {
            "rmse": error.square().mean().sqrt().item(),
            "mae": error.abs().mean().item(),
            "r2": (1 - unexplained).mean().item(),
            "loss": self.loss(outputs.float(), targets).item(),
        }

    def review(self, outputs: Tensor, targets: Tensor) -> Findings:
        """The first number beside what was said of it, and the examples furthest off.

        How far is the mean over an example's numbers, each in standard deviations.
        """
        error = (outputs.double() - targets.double()).abs()
        far = (error / error.new_tensor(self.target.std)).mean(dim=(1, 2))
        worst = far.sort(descending=True, stable=True).indices[:MOST_MISTAKES].tolist()
        findings = (
            self._finding(at, targets[at].T.float(), outputs[at].T.float())
            for at in worst
            if far[at] > 0
        )
        return Findings(self._scatter(outputs, targets), tuple(findings))

    def _scatter(self, outputs: Tensor, targets: Tensor) -> Scatter:
        truths, answers = targets[:, :, 0].flatten(), outputs[:, :, 0].float().flatten()
        stride = -(-len(truths) // MOST_POINTS)
        pairs = (tuple(each[::stride].tolist()) for each in (truths, answers))
        return Scatter(self.target.names[0], *pairs)

    def _finding(self, at: int, truths: Tensor, answers: Tensor) -> Finding:
        """One example, of which ``truths`` and ``answers`` are (names, steps)."""
        names, off = self.target.names, (answers - truths).abs().mean(dim=1)
        ahead = (
            Line(f"{name}, {what}", 0, tuple(numbers[n].tolist()))
            for n, name in enumerate(names)
            for what, numbers in (("what came", truths), ("forecast", answers))
        )
        degree = ", ".join(f"{each:.4g}" for each in off.tolist())
        return Finding(
            at,
            _in_words(names, truths),
            _in_words(names, answers),
            f"off by {degree}" + (" on average" if self.target.steps > 1 else ""),
            tuple(ahead) if self.target.steps > 1 else (),
        )

    def average(self, outputs: Tensor, shares: Tensor) -> Tensor:
        """The mean of the models' numbers."""
        return (outputs.float() * shares.reshape(-1, 1, 1, 1)).sum(dim=0)

    def decode(self, outputs: Tensor) -> list[Prediction]:
        """Every number by its name, step by step."""
        names = self.target.names
        return [
            QuantityPrediction(dict(zip(names, map(tuple, example.T.tolist()), strict=True)))
            for example in outputs.float()
        ]


def _in_words(names: tuple[str, ...], numbers: Tensor) -> str:
    """The numbers by name, of a long forecast the first few steps."""
    parts = []
    for name, steps in zip(names, numbers.tolist(), strict=True):
        values = " ".join(f"{each:.5g}" for each in steps[:MOST_STEPS])
        more = " …" if len(steps) > MOST_STEPS else ""
        parts.append(f"{name} {values}{more}")
    return ", ".join(parts)


class TextRegression(Regression):
    """A number for each text: a rating, a strength."""

    data: ClassVar[str] = "text"


class TabularRegression(Regression):
    """A number for each row of a table."""

    data: ClassVar[str] = "table"


class Forecasting(Regression):
    """The steps that come after a window of a series."""

    data: ClassVar[str] = "forecast"
    default_metric: ClassVar[str] = "mae"
