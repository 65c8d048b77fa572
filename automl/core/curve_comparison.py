"""Compares the learning curve of a trial that was trained again with the original curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from automl.core.trial import Measurement

# Other threads and processors add in another order. In short trainings this mostly moves metrics by
# less than this share of their size. Over many steps rounding may grow larger, and then looks like
# a different training.
TOLERANCE = 0.01
# A metric near 0 is compared relative to the largest value it had.
FLOOR = 1e-4


class Agreement(Enum):
    """How alike two curves are."""

    EXACT = "exactly the same"
    ROUNDING = "the same within rounding"
    DIFFERENT = "different"


@dataclass(frozen=True)
class MetricDifference:
    """A metric that differs at a step.

    Args:
        step: The reporting step.
        epoch: Epochs trained by then.
        metric: Name of the metric.
        before: Value in the original curve.
        now: Value in the new curve.
    """

    step: int
    epoch: float
    metric: str
    before: float
    now: float

    @property
    def relative(self) -> float:
        """The difference relative to the larger of the two values."""
        return abs(self.before - self.now) / max(abs(self.before), abs(self.now))


@dataclass(frozen=True)
class CurveComparison:
    """How two curves of one trial differ.

    Args:
        before: Number of reporting steps of the original curve.
        now: Number of reporting steps of the new curve.
        first: The first difference beyond the tolerance, or None.
        largest: The largest relative difference, or None if the curves are equal.
    """

    before: int
    now: int
    first: MetricDifference | None
    largest: MetricDifference | None

    @property
    def verdict(self) -> Agreement:
        """How alike they are."""
        if self.first is not None or self.now != self.before:
            return Agreement.DIFFERENT
        return Agreement.ROUNDING if self.largest else Agreement.EXACT


def compare_curves(before: Sequence[Measurement], now: Sequence[Measurement]) -> CurveComparison:
    """Compare two curves step by step in the metrics that both have."""
    differences = tuple(_differences(before, now))
    sizes = _largest_sizes(before)
    beyond = (each for each in differences if not _is_rounding(each, sizes[each.metric]))
    return CurveComparison(
        before=len(before),
        now=len(now),
        first=next(beyond, None),
        largest=max(differences, key=lambda each: each.relative, default=None),
    )


def _differences(
    before: Sequence[Measurement], now: Sequence[Measurement]
) -> Iterator[MetricDifference]:
    for was, is_now in zip(before, now, strict=False):
        for name, value in was.metrics.items():
            other = is_now.metrics.get(name, value)
            if other != value:
                yield MetricDifference(was.step, was.epoch, name, value, other)


def _largest_sizes(curve: Sequence[Measurement]) -> Mapping[str, float]:
    sizes: dict[str, float] = {}
    for measurement in curve:
        for name, value in measurement.metrics.items():
            sizes[name] = max(sizes.get(name, 0.0), abs(value))
    return sizes


def _is_rounding(difference: MetricDifference, size: float) -> bool:
    apart = abs(difference.before - difference.now)
    return difference.relative <= TOLERANCE or apart <= FLOOR * size
