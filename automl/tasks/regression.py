"""Regression: numbers are predicted, for an example or for the next steps of a series."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import Quantities, Shape, Target
from automl.core.error_analysis import Scatter, SeriesLine
from automl.core.text import number
from automl.tasks.task import (
    MAX_WRONG_ANSWERS,
    ErrorSummary,
    Metric,
    Prediction,
    QuantityPrediction,
    Task,
    WrongAnswer,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

# Points in a scatter plot, and steps of a forecast that are written out.
MAX_SCATTER_POINTS = 1000
MAX_STEPS_IN_WORDS = 6


# The loss whose minimum is the minimum of a metric.
_LOSS_OF = {"rmse": "mse", "r2": "mse", "mae": "mae"}


class Regression(Task):
    """Regression with the squared or the absolute error in standard units.

    Outputs and targets are (N, steps, names) in standard units; metrics, errors and predictions are
    in the units of the quantities. A target of NaN is unknown and counts nowhere.
    """

    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric("rmse", maximize=False, bounds=(0.0, inf)),
        Metric("mae", maximize=False, bounds=(0.0, inf)),
        Metric("r2", maximize=True, bounds=(-inf, 1.0)),
        Metric("loss", maximize=False, bounds=(0.0, inf)),
    )
    default_metric: ClassVar[str] = "rmse"

    usual_loss: ClassVar[str] = "mse"
    """The loss that is measured, and trained with unless the ranking metric has another."""

    def __init__(self, target: Target) -> None:
        if not isinstance(target, Quantities):
            raise TypeError(f"{type(self).__name__} predicts Quantities, not {target!r}")
        self.target = target

    def head(self, shape: Shape) -> nn.Module:
        """A dense layer to each step of each quantity."""
        from torch import nn

        from automl.tasks.outputs import ByStep, dense_head

        steps, names = self.target.steps, len(self.target.names)
        return nn.Sequential(dense_head(shape, steps * names), ByStep(steps, names))

    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """``usual_loss`` in standard units; without classes the options have no effect."""
        return _mean_error(self.usual_loss, outputs, targets)

    def training_loss(
        self, name: str, metric: str
    ) -> Callable[[Tensor, Tensor, float, Tensor | None], Tensor]:
        """The loss called ``name``; for ``"auto"``, that of the ranking metric."""
        chosen = _LOSS_OF.get(metric, self.usual_loss) if name == "auto" else name

        def loss(
            outputs: Tensor, targets: Tensor, label_smoothing: float, weights: Tensor | None
        ) -> Tensor:
            return _mean_error(chosen, outputs, targets)

        return loss

    def measure(
        self, outputs: Tensor, targets: Tensor, without: frozenset[str] = frozenset()
    ) -> dict[str, float]:
        """RMSE and MAE in the target's units, R² and the loss.

        For several quantities, whose units differ, RMSE, MAE and R² are means over the quantities
        in standard units. The figures of each, in its own units, follow: ``"mae price"``.
        """
        errors = [
            self._errors(outputs[..., at], targets[..., at]) for at in range(targets.shape[2])
        ]
        own = [
            {"rmse": each["rmse"] * std, "mae": each["mae"] * std, "r2": each["r2"]}
            for each, std in zip(errors, self.target.std, strict=True)
        ]
        loss = {"loss": self.loss(outputs.float(), targets).item()}
        if len(own) == 1:
            return own[0] | loss
        means = {name: sum(each[name] for each in errors) / len(errors) for name in errors[0]}
        pairs = zip(self.target.names, own, strict=True)
        return means | loss | {f"{name} {of}": each[name] for of, each in pairs for name in each}

    def _errors(self, outputs: Tensor, targets: Tensor) -> dict[str, float]:
        """RMSE and MAE of one quantity in standard units, and R²; both tensors are (N, steps)."""
        known = ~targets.isnan()
        truths, error = targets[known].double(), (outputs - targets)[known].double()
        spread = (truths - truths.mean()).square().sum().clamp(min=1e-12)
        return {
            "rmse": error.square().mean().sqrt().item(),
            "mae": error.abs().mean().item(),
            "r2": (1 - error.square().sum() / spread).item(),
        }

    def find_errors(self, outputs: Tensor, targets: Tensor) -> ErrorSummary:
        """The first quantity beside its predictions, and the examples with the largest errors.

        The error of an example is the mean over all its numbers, in standard units. An example with
        unknown numbers is never among the worst.
        """
        far = (outputs.double() - targets.double()).abs().mean(dim=(1, 2)).nan_to_num()
        worst = far.sort(descending=True, stable=True).indices[:MAX_WRONG_ANSWERS].tolist()
        truths, answers = self._restore(targets), self._restore(outputs)
        wrong = (self._in_words(at, truths[at].T, answers[at].T) for at in worst if far[at] > 0)
        return ErrorSummary(self._scatter(truths, answers), tuple(wrong))

    def _restore(self, units: Tensor) -> Tensor:
        """(…, names) in standard units -> the same in the quantities' units, float64 on the CPU."""
        import torch

        mean, std = (
            torch.tensor(each, dtype=torch.float64) for each in (self.target.mean, self.target.std)
        )
        return mean + std * units.double().cpu()

    def _scatter(self, truths: Tensor, answers: Tensor) -> Scatter:
        first = truths[:, :, 0]
        known = ~first.isnan()
        stride = -(-int(known.sum()) // MAX_SCATTER_POINTS) or 1
        pairs = (tuple(each[known][::stride].tolist()) for each in (first, answers[:, :, 0]))
        return Scatter(self.target.names[0], *pairs)

    def _in_words(self, at: int, truths: Tensor, answers: Tensor) -> WrongAnswer:
        """The example at ``at``, with ``truths`` and ``answers`` (names, steps)."""
        names, off = self.target.names, (answers - truths).abs().mean(dim=1)
        ahead = (
            SeriesLine(name, 0, tuple(numbers[n].tolist()), role)
            for n, name in enumerate(names)
            for role, numbers in (("came", truths), ("forecast", answers))
        )
        degree = ", ".join(number(each, 4) for each in off.tolist())
        return WrongAnswer(
            at,
            _list_quantities(names, truths),
            _list_quantities(names, answers),
            f"off by {degree}" + (" on average" if self.target.steps > 1 else ""),
            tuple(ahead) if self.target.steps > 1 else (),
        )

    def average(self, outputs: Tensor, shares: Tensor) -> Tensor:
        """The weighted mean of the models' numbers."""
        return (outputs.float() * shares.reshape(-1, 1, 1, 1)).sum(dim=0)

    def decode(self, outputs: Tensor) -> list[Prediction]:
        """Every number by its name, step by step."""
        names = self.target.names
        return [
            QuantityPrediction(dict(zip(names, map(tuple, example.T.tolist()), strict=True)))
            for example in self._restore(outputs)
        ]


def _mean_error(loss: str, outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean squared ("mse") or absolute ("mae") error of the known targets, a scalar."""
    known = ~targets.isnan()
    error = (outputs - targets).masked_fill(~known, 0.0)
    errors = error.abs() if loss == "mae" else error.square()
    return errors.sum() / known.sum().clamp(min=1)


def _list_quantities(names: tuple[str, ...], numbers: Tensor) -> str:
    """The numbers (names, steps) by name; the first few steps of a long forecast."""
    parts = []
    for name, steps in zip(names, numbers.tolist(), strict=True):
        values = " ".join(map(number, steps[:MAX_STEPS_IN_WORDS]))
        more = " …" if len(steps) > MAX_STEPS_IN_WORDS else ""
        parts.append(f"{name} {values}{more}")
    return ", ".join(parts)


class TextRegression(Regression):
    """Numbers for each text: a rating, a strength."""

    data: ClassVar[str] = "text"


class TabularRegression(Regression):
    """Numbers for each row of a table."""

    data: ClassVar[str] = "table"


class Forecasting(Regression):
    """The next steps after a window of a series."""

    data: ClassVar[str] = "forecast"
    default_metric: ClassVar[str] = "mae"
    usual_loss: ClassVar[str] = "mae"
