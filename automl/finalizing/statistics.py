"""Means with intervals, and whether two of them differ by more than chance.

Source: Student, "The Probable Error of a Mean" (1908); of pairs, its section on Cushny and Peebles.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

CONFIDENCE = 0.95


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The ends of the 95% t-interval of the mean of ``values``; None for fewer than two."""
    from scipy.special import stdtrit

    count = len(values)
    if count < 2:
        return None
    mean, error = fmean(values), stdev(values) / sqrt(count)
    reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * error
    return mean - reach, mean + reach


def are_told_apart(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether the 95% t-interval of the differences of pairs leaves out 0.

    Args:
        first: One value for each seed.
        second: Those of the other, of the same seeds in the same order.
    """
    interval = mean_interval([one - other for one, other in zip(first, second, strict=True)])
    return interval is not None and not interval[0] <= 0 <= interval[1]
