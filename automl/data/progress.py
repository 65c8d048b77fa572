"""Tells how far a long read is, now and then."""

from __future__ import annotations

from time import monotonic

from automl.data.source import Announce

SECONDS = 2.0


class Progress:
    """Announces at most every two seconds; what is over sooner is never spoken of.

    Args:
        announce: Is told.
        what: What is going on: ``"photos: images read"``.
        total: How many there are to do; 0 if nobody knows.
        unit: What is counted, as in ``"MB"``; empty for things.
    """

    def __init__(self, announce: Announce, what: str, total: int, unit: str = "") -> None:
        self._announce, self._what, self._total, self._unit = announce, what, total, unit
        self._told = monotonic()

    def __call__(self, done: int) -> None:
        """Say that ``done`` of the total are done, if it is time to."""
        if monotonic() - self._told < SECONDS:
            return
        self._told = monotonic()
        of = f" of {self._total:,}" if self._total else ""
        self._announce(f"{self._what} {done:,}{of} {self._unit}".rstrip())
