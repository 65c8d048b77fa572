"""The base of all tasks: output layer, loss, metrics, errors, and how outputs are read.

A task is what is predicted. Its own file holds all that is particular to its kind of target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from automl.core.data_types import Shape, Target
from automl.core.error_analysis import Confusion, Scatter, SeriesLine
from automl.core.errors import UnknownName
from automl.core.registry import nearest
from automl.core.text import number

if TYPE_CHECKING:
    from torch import Tensor, nn

# Number of wrong answers that an error summary keeps.
MAX_WRONG_ANSWERS = 12


class Prediction(ABC):
    """The answer of a model to one example, in its own words."""

    @property
    def ranked(self) -> Sequence[tuple[str, float]]:
        """Every label with its probability, the most probable first; empty for quantities."""
        return ()

    @property
    def numbers(self) -> Sequence[Mapping[str, float]]:
        """Numbers by name, for each step; empty for a class."""
        return ()

    @property
    def steps(self) -> Sequence[Mapping[str, str]]:
        """Columns that identify each of ``numbers``: its item, and its time or number."""
        return ()

    def placed(self, times: tuple[str, ...], item: str) -> Prediction:
        """The prediction with what is known of its steps, if it is a forecast.

        Args:
            times: Time of each step; empty if unknown.
            item: Name of the series; empty if there is one series.
        """
        return self

    @abstractmethod
    def as_rows(self) -> list[dict[str, str]]:
        """Rows of a table, one for each step of a forecast, else one: text by column."""

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Its fields, of types that JSON has."""


@dataclass(frozen=True)
class LabelPrediction(Prediction):
    """A class.

    Args:
        label: Most probable class.
        probability: Probability of that class.
        probabilities: Probability of every class by label, the most probable first.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]

    @property
    def ranked(self) -> Sequence[tuple[str, float]]:
        """Every label with its probability, the most probable first."""
        return list(self.probabilities.items())

    def as_rows(self) -> list[dict[str, str]]:
        """Its one row of a table: text by column."""
        return [{"label": self.label, "probability": f"{self.probability:.4f}"}]

    def as_json(self) -> dict[str, Any]:
        """The class, its probability, and the probabilities of all classes."""
        return {
            "label": self.label,
            "probability": self.probability,
            "probabilities": dict(self.probabilities),
        }


@dataclass(frozen=True)
class QuantityPrediction(Prediction):
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
    def numbers(self) -> list[dict[str, float]]:
        """Numbers by name, for each step."""
        steps = zip(*self.values.values(), strict=True)
        return [dict(zip(self.values, each, strict=True)) for each in steps]

    @property
    def steps(self) -> list[dict[str, str]]:
        """Columns that identify each step of a forecast: its item and its time or number."""
        many = len(next(iter(self.values.values())))
        item = {"item": self.item} if self.item else {}
        if self.times:
            return [{**item, "time": time} for time in self.times]
        return [{**item, "step": str(at)} for at in range(1, many + 1)]

    def placed(self, times: tuple[str, ...], item: str) -> QuantityPrediction:
        """The forecast with its item and the times of its steps."""
        return replace(self, times=times, item=item) if times or item else self

    def as_rows(self) -> list[dict[str, str]]:
        """Rows of a table, one for each step: text by column."""
        rows = [{name: number(each) for name, each in step.items()} for step in self.numbers]
        if len(rows) == 1 and not self.times:
            return rows
        return [{**step, **row} for step, row in zip(self.steps, rows, strict=True)]

    def as_json(self) -> dict[str, Any]:
        """The numbers of each step by name, and what is known of the steps."""
        return {
            "values": {name: list(each) for name, each in self.values.items()},
            "times": list(self.times),
            "item": self.item,
        }


@dataclass(frozen=True)
class Metric:
    """A number that says how good a model is on a whole split.

    Args:
        name: Name in search spaces, records and reports: ``"accuracy"``.
        maximize: Whether larger is better.
        bounds: Smallest and largest possible value.
        share: Whether the value is a share of the examples.
        costly: Whether it may take longer than a step of training. A costly metric is measured at
            the end of a training only.
    """

    name: str
    maximize: bool
    bounds: tuple[float, float]
    share: bool = False
    costly: bool = False


@dataclass(frozen=True)
class WrongAnswer:
    """An example that a model gets wrong.

    Args:
        index: Position in the split.
        truth: Correct answer, in words.
        answer: Answer of the model, in words.
        degree: Size of the error, in words.
        ahead: True and predicted steps of a forecast; step 0 is the first after the window.
    """

    index: int
    truth: str
    answer: str
    degree: str
    ahead: tuple[SeriesLine, ...] = ()


@dataclass(frozen=True)
class ErrorSummary:
    """The errors of a model on a whole split.

    Args:
        errors: All answers beside the correct ones.
        worst: Wrong answers, the worst first, at most ``MAX_WRONG_ANSWERS``.
    """

    errors: Confusion | Scatter
    worst: tuple[WrongAnswer, ...]


class Task(ABC):
    """A kind of problem.

    Args:
        target: Description of what is predicted: classes or quantities.
    """

    data: ClassVar[str]
    """Kind of data, which decides how a path is read: ``"images"``, ``"table"``."""

    metrics: ClassVar[tuple[Metric, ...]]
    """Metrics that the task measures. A metric's name means the same in every task."""

    default_metric: ClassVar[str]
    """Name of the metric that ranks models when the space names none."""

    @abstractmethod
    def __init__(self, target: Target) -> None:
        """Raises TypeError if the task does not predict such a target."""

    @classmethod
    def metric(cls, name: str) -> Metric:
        """The metric called ``name``.

        Raises:
            UnknownName: if the task does not measure it.
        """
        names = tuple(each.name for each in cls.metrics)
        if name not in names:
            raise UnknownName("metric", name, names, nearest(name, names))
        return cls.metrics[names.index(name)]

    def usual_metric(self, rare: bool) -> str:
        """Name of the metric that ranks models when nobody names one.

        Args:
            rare: Whether some classes are much rarer than others, which accuracy does not see.
        """
        return self.default_metric

    @property
    def shares(self) -> frozenset[str]:
        """Names of the metrics that are a share of the examples."""
        return frozenset(each.name for each in self.metrics if each.share)

    @property
    def costly(self) -> frozenset[str]:
        """Names of the metrics that are measured at the end of a training only."""
        return frozenset(each.name for each in self.metrics if each.costly)

    @abstractmethod
    def head(self, shape: Shape) -> nn.Module:
        """The output layer: from the network's features to outputs.

        Args:
            shape: Shape of the network's output for one example.

        Raises:
            Infeasible: if the task cannot use such a shape.
        """

    @abstractmethod
    def loss(
        self,
        outputs: Tensor,
        targets: Tensor,
        label_smoothing: float = 0.0,
        weights: Tensor | None = None,
    ) -> Tensor:
        """The mean loss of a batch, a scalar, which training minimises unless told otherwise.

        It is the metric ``loss`` as well, so that the losses of all trials compare.

        Args:
            outputs: (N, …) floats from the head.
            targets: (N,) int64 class ids, (N, classes) probabilities from mixup, or (N, steps,
                names) numbers.
            label_smoothing: Share of each target that is spread evenly over all classes, 0..1.
            weights: (classes,) weights of the classes; None if all weigh 1.
        """

    def training_loss(
        self, name: str, metric: str
    ) -> Callable[[Tensor, Tensor, float, Tensor | None], Tensor]:
        """The loss that training minimises, with the arguments of ``loss``.

        Args:
            name: Value of the training setting ``loss``.
            metric: Name of the metric that ranks models.
        """
        return self.loss

    @abstractmethod
    def measure(
        self, outputs: Tensor, targets: Tensor, without: frozenset[str] = frozenset()
    ) -> dict[str, float]:
        """All metrics on a whole split, by name.

        Args:
            outputs: (N, …) floats from the head, N > 0, on any device.
            targets: (N,) int64 class ids or (N, steps, names) numbers, on the same device.
            without: Names of costly metrics to leave out.
        """

    @abstractmethod
    def find_errors(self, outputs: Tensor, targets: Tensor) -> ErrorSummary:
        """The errors on a whole split.

        Args:
            outputs: (N, …) floats from the head, N > 0, on any device.
            targets: (N,) int64 class ids or (N, steps, names) numbers, on the same device.
        """

    @abstractmethod
    def average(self, outputs: Tensor, shares: Tensor) -> Tensor:
        """The outputs of an ensemble. Has no branch on values, since exports trace it.

        Args:
            outputs: (models, N, …) floats from each model's head.
            shares: (models,) weights of the models, which add up to 1.

        Returns:
            (N, …) floats, which are measured and decoded like one model's outputs.
        """

    @abstractmethod
    def decode(self, outputs: Tensor) -> list[Prediction]:
        """One prediction for each example.

        Args:
            outputs: (N, …) floats from the head.
        """
