"""How sure a score is: what it would be on other examples of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Of so many draws, an interval hardly depends on the seed; of so few, it is still of use.
MOST, FEWEST = 1000, 100
# Numbers of the outputs in all draws together: so that intervals take seconds, not minutes.
WORK = 20_000_000
PERCENTILES = (2.5, 97.5)

Measure = Callable[[npt.NDArray[Any], npt.NDArray[Any]], Mapping[str, float]]


@dataclass(frozen=True)
class MetricScore:
    """A metric on a split.

    Args:
        metric: Its name.
        value: On all examples.
        low: Lower end of the 95 % interval, which holds the value.
        high: Upper end.
    """

    metric: str
    value: float
    low: float
    high: float


def count_draws(outputs: npt.NDArray[Any]) -> int:
    """How many times the examples are drawn: fewer where there are many of them, or much of each.

    Args:
        outputs: (N, …), N > 0.
    """
    return int(np.clip(WORK // outputs.size, FEWEST, MOST))


def score(
    measure: Measure, outputs: npt.NDArray[Any], targets: npt.NDArray[Any], seed: int
) -> tuple[MetricScore, ...]:
    """Every metric with the percentile interval of the bootstrap over examples.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Args:
        measure: All metrics of outputs and targets.
        outputs: (N, …), N > 0.
        targets: (N, …).
        seed: Of the draws; the same seed gives the same interval.
    """
    values = measure(outputs, targets)
    # RandomState and not default_rng: NumPy guarantees its stream for good (NEP 19).
    random = np.random.RandomState(seed)
    drawn: dict[str, list[float]] = {metric: [] for metric in values}
    for _ in range(count_draws(outputs)):
        places = random.randint(len(outputs), size=len(outputs))
        for metric, value in measure(outputs[places], targets[places]).items():
            drawn[metric].append(value)
    return tuple(_interval(metric, value, drawn[metric]) for metric, value in values.items())


def _interval(metric: str, value: float, drawn: list[float]) -> MetricScore:
    low, high = np.percentile(drawn, PERCENTILES)
    # A metric that is no mean may differ from what most draws say; the interval is about it all
    # the same.
    return MetricScore(metric, value, min(float(low), value), max(float(high), value))
