"""Whether a trial that was trained again has the curve that it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from automl.core.trial import Measurement

# Sums in another order, as other threads and processors have them, mostly move metrics by less than
# this in short trainings. Over many steps rounding may grow past it; what it has grown to then
# cannot be told from another training.
TOLERANCE = 0.01
# A metric near 0 is rounded as finely as its largest value was.
FLOOR = 1e-4


class Verdict(Enum):
    """How alike two curves are."""

    EXACT = "exactly the same"
    ROUNDING = "the same within rounding"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Difference:
    """A metric at a step that is not what it was.

    Args:
        step: The reporting step.
        epoch: Epochs trained by then.
        metric: Name of the metric.
        before: What it was.
        now: What it is.
    """

    step: int
    epoch: float
    metric: str
    before: float
    now: float

    @property
    def relative(self) -> float:
        """How far apart they are, as a share of the larger."""
        return abs(self.before - self.now) / max(abs(self.before), abs(self.now))


@dataclass(frozen=True)
class Comparison:
    """Two curves of one trial.

    Args:
        before: Reporting steps that there were.
        now: Reporting steps that there are; no more than before are compared.
        first: The first difference beyond the tolerance, or None.
        largest: The largest difference, relative to its values; None if there is none at all.
    """

    before: int
    now: int
    first: Difference | None
    largest: Difference | None

    @property
    def verdict(self) -> Verdict:
        """How alike they are."""
        if self.first is not None or self.now != self.before:
            return Verdict.DIFFERENT
        return Verdict.ROUNDING if self.largest else Verdict.EXACT


def compare(before: Sequence[Measurement], now: Sequence[Measurement]) -> Comparison:
    """Compare two curves in all metrics that both have."""
    differences = tuple(_differences(before, now))
    sizes = _largest_sizes(before)
    beyond = (each for each in differences if not _is_rounding(each, sizes[each.metric]))
    return Comparison(
        before=len(before),
        now=len(now),
        first=next(beyond, None),
        largest=max(differences, key=lambda each: each.relative, default=None),
    )


def _differences(before: Sequence[Measurement], now: Sequence[Measurement]) -> Iterator[Difference]:
    for was, is_now in zip(before, now, strict=False):
        for name, value in was.metrics.items():
            other = is_now.metrics.get(name, value)
            if other != value:
                yield Difference(was.step, was.epoch, name, value, other)


def _largest_sizes(curve: Sequence[Measurement]) -> Mapping[str, float]:
    sizes: dict[str, float] = {}
    for measurement in curve:
        for name, value in measurement.metrics.items():
            sizes[name] = max(sizes.get(name, 0.0), abs(value))
    return sizes


def _is_rounding(difference: Difference, size: float) -> bool:
    apart = abs(difference.before - difference.now)
    return difference.relative <= TOLERANCE or apart <= FLOOR * size
