"""A running trial as the driver knows it."""

from __future__ import annotations

import time

from automl.core.protocols import Finished, Measured
from automl.core.trial import Measurement, TrialResult
from automl.execution.endings import Ending


class Curve:
    """What a trial measured so far, kept where it outlives the worker.

    Args:
        number: The trial's number.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._started = time.monotonic()
        self._measurements: list[Measurement] = []

    def note(self, event: Measured | Finished) -> Measured | Finished:
        """Keep what ``event`` measured, and pass it on."""
        if isinstance(event, Measured):
            self._measurements.append(event.measurement)
        return event

    def end(self, ending: Ending) -> Finished:
        """The end of a trial that could not tell its own."""
        return Finished(
            TrialResult(
                number=self.number,
                status=ending.status,
                measurements=tuple(self._measurements),
                reason=ending.reason,
                seconds=time.monotonic() - self._started,
                violation=ending.violation,
            )
        )
