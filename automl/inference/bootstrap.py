"""Confidence intervals of scores: what they would be on other examples of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.data.dataset import Clusters, Indices

# With the most draws, an interval hardly depends on the seed; with the fewest, it is still useful.
MOST_DRAWS, FEWEST_DRAWS = 1000, 100
# A standard error needs fewer draws than the ends of an interval.
DRAWS_OF_MEAN = 200
# Size of the outputs in all draws together, so that intervals take seconds and not minutes.
LARGEST_OUTPUTS = 20_000_000
CONFIDENCE = 0.95
# With fewer clusters, their spread is unknown.
FEWEST_CLUSTERS = 5
# An interval narrower than this share of the value is rounding.
ROUNDING = 1e-9

WILSON = "Wilson's interval"
AGREE = "no interval: all draws agree"
TOO_LONG = "no interval: it would take minutes"
TOO_FEW = "no interval: fewer than {fewest} {clusters}"

Numbers = npt.NDArray[Any]
Measure = Callable[[Numbers, Numbers], Mapping[str, float]]


@dataclass(frozen=True)
class MetricScore:
    """The value of a metric, with its 95% interval.

    Args:
        metric: Name of the metric.
        value: Value on all examples.
        low: Lower end of the interval, at most ``value``; None if there is no interval.
        high: Upper end of the interval, at least ``value``; None if there is no interval.
        method: How the interval was found, or why there is none.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    method: str


def count_draws(outputs: Numbers) -> int:
    """Number of bootstrap draws: fewer if the outputs are large.

    Args:
        outputs: Outputs of the model, (N, …), N > 0.
    """
    return int(np.clip(LARGEST_OUTPUTS // outputs.size, FEWEST_DRAWS, MOST_DRAWS))


def score(
    measure: Measure,
    outputs: Numbers,
    targets: Numbers,
    seed: int,
    clusters: Clusters | None = None,
    shares: frozenset[str] = frozenset(),
    of_draws: Measure | None = None,
    draws: int | None = None,
) -> tuple[MetricScore, ...]:
    """Every metric with its 95% interval.

    Most metrics have the percentile interval of the bootstrap, expanded for the number of examples
    (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015), or of clusters where whole
    clusters are drawn. A share of right answers has Wilson's interval (1927), for clusters with the
    number of independent examples that would vary as much.

    Args:
        measure: Function from outputs and targets to all metrics.
        outputs: Outputs of the model, (N, …), N > 0.
        targets: Correct answers, (N, …).
        seed: Seed of the draws; the same seed gives the same interval.
        clusters: Groups of examples that are drawn together; None draws each on its own.
        shares: Names of the metrics that are a share of the examples.
        of_draws: Function that measures draws in place of ``measure``, without metrics that would
            take too long.
        draws: Number of draws; None is that of ``count_draws``.
    """
    values = measure(outputs, targets)
    count = len(outputs) if clusters is None else clusters.count
    if clusters is not None and count < FEWEST_CLUSTERS:
        why = TOO_FEW.format(fewest=FEWEST_CLUSTERS, clusters=clusters.name)
        return tuple(MetricScore(name, value, None, None, why) for name, value in values.items())
    if clusters is None and shares.issuperset(values):
        draws = 0  # Wilson's interval does without
    elif draws is None:
        draws = count_draws(outputs)
    drawn: dict[str, list[float]] = {metric: [] for metric in values}
    for places in _draw(len(outputs), clusters, draws, seed):
        for metric, value in (of_draws or measure)(outputs[places], targets[places]).items():
            drawn[metric].append(value)
    found = []
    for metric, value in values.items():
        sample = np.array(drawn[metric])
        if metric in shares:
            interval = _wilson(value, _examples(value, sample, len(outputs), clusters))
            found.append(MetricScore(metric, value, *interval, WILSON))
        elif len(sample) and (between := _percentiles(value, sample, count)):
            found.append(MetricScore(metric, value, *between, f"bootstrap of {draws:,} draws"))
        else:
            why = AGREE if len(sample) else TOO_LONG
            found.append(MetricScore(metric, value, None, None, why))
    return tuple(found)


@dataclass(frozen=True)
class SeedScore:
    """The mean of a metric over trainings that differ by their seed alone.

    Args:
        mean: Mean of the trainings' values on all examples.
        low: Lower end of the mean's 95% interval; None if there is no interval.
        high: Upper end of the interval; None if there is no interval.
        error: Standard error of the mean over the examples alone; None if they are too few.
        method: How the interval was found, or why there is none.
    """

    mean: float
    low: float | None
    high: float | None
    error: float | None
    method: str


def score_over_seeds(
    measure: Callable[[Numbers, Numbers], float],
    outputs: Sequence[Numbers],
    targets: Numbers,
    seed: int,
    *,
    bounds: tuple[float, float],
    is_share: bool,
    clusters: Clusters | None = None,
) -> SeedScore:
    """The mean of a metric over trainings, as uncertain as the examples and the seeds make it.

    The variances of both add up: that of the examples is the bootstrap's, with the same draws for
    all trainings, and that of the seeds is the variance of the trainings' values over their number.

    Args:
        measure: Function from outputs and targets to the metric.
        outputs: Outputs of each training for the same examples, (N, …), N > 0; at least one.
        targets: Correct answers, (N, …).
        seed: Seed of the draws.
        bounds: Smallest and largest possible value of the metric.
        is_share: Whether the metric is a share of the examples, whose interval is Wilson's.
        clusters: Groups of examples that are drawn together; None draws each on its own.
    """
    values = [measure(each, targets) for each in outputs]
    mean = fmean(values)
    examples = len(targets)
    units = examples if clusters is None else clusters.count
    if units < FEWEST_CLUSTERS:
        kind = "examples" if clusters is None else clusters.name
        why = TOO_FEW.format(fewest=FEWEST_CLUSTERS, clusters=kind)
        return SeedScore(mean, None, None, None, why)
    draws = min(count_draws(outputs[0]), DRAWS_OF_MEAN)
    drawn = [
        fmean(measure(each[places], targets[places]) for each in outputs)
        for places in _draw(examples, clusters, draws, seed)
    ]
    by_examples = float(np.var(drawn)) * units / (units - 1)
    total = by_examples + (variance(values) / len(values) if len(values) > 1 else 0.0)
    error = sqrt(by_examples)
    if is_share:
        alone = mean * (1 - mean) / total if total else units
        low, high = _wilson(mean, min(alone, examples) * (_normal() / _reach(units)) ** 2)
        return SeedScore(mean, low, high, error, WILSON)
    reach = _reach(units) * sqrt(total)
    if reach <= ROUNDING * abs(mean):
        return SeedScore(mean, None, None, error, AGREE)
    low, high = max(mean - reach, bounds[0]), min(mean + reach, bounds[1])
    return SeedScore(mean, low, high, error, f"bootstrap of {draws:,} draws")


def _draw(examples: int, clusters: Clusters | None, draws: int, seed: int) -> Iterator[Indices]:
    """The positions of the examples of each draw."""
    # RandomState and not default_rng: NumPy guarantees its stream for good (NEP 19).
    random = np.random.RandomState(seed)
    members = None if clusters is None else clusters.members()
    for _ in range(draws):
        if members is None:
            yield random.randint(examples, size=examples)
        else:
            chosen = random.randint(len(members), size=len(members))
            yield np.concatenate([members[each] for each in chosen])


def _percentiles(value: float, drawn: Numbers, count: int) -> tuple[float, float] | None:
    """The bootstrap's interval; None if it would have no width."""
    if count < 2:
        return None
    beyond = 100 * NormalDist().cdf(-sqrt(count / (count - 1)) * _reach(count))
    low, high = np.percentile(drawn, (beyond, 100 - beyond))
    # A metric that is not a mean may lie outside of what most draws give; the interval still holds
    # it.
    low, high = min(float(low), value), max(float(high), value)
    return None if high - low <= ROUNDING * abs(value) else (low, high)


def _examples(value: float, drawn: Numbers, examples: int, clusters: Clusters | None) -> float:
    """The number of independent examples with which a share would be as uncertain as it is."""
    if clusters is None:
        return examples
    spread = float(drawn.var()) * clusters.count / (clusters.count - 1)
    alone = value * (1 - value) / spread if spread else float(clusters.count)
    return float(min(alone, examples) * (_normal() / _reach(clusters.count)) ** 2)


def _wilson(share: float, examples: float) -> tuple[float, float]:
    squared = _normal() ** 2 / examples
    middle = (share + squared / 2) / (1 + squared)
    reach = sqrt(share * (1 - share) * squared + squared**2 / 4) / (1 + squared)
    # Rounding must not leave 0..1, nor the value.
    return min(max(middle - reach, 0.0), share), max(min(middle + reach, 1.0), share)


def _normal() -> float:
    return NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def _reach(count: int) -> float:
    """Half the width of Student's interval of a mean of ``count`` values, in standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, (1 + CONFIDENCE) / 2))
