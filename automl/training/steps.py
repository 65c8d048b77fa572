"""Reporting steps: an epoch, or an equal part of one."""

from __future__ import annotations

# About how many measurements a training has, and the most that an epoch is cut into.
MEASUREMENTS = 20
MOST_PER_EPOCH = 4


def reports_per_epoch(epochs: int) -> int:
    """How many reporting steps an epoch has: 1 to 4, more in short trainings.

    It depends on nothing else, so that step 3 means the same in every trial of a study.
    """
    return min(max(MEASUREMENTS // epochs, 1), MOST_PER_EPOCH)


def part_of_epoch(batches: int, part: int, parts: int) -> range:
    """The batches of part ``part`` (from 0) of an epoch that is cut into ``parts``.

    An epoch of fewer batches than parts leaves some parts empty, never the first.
    """
    return range(-(-batches * part // parts), -(-batches * (part + 1) // parts))
