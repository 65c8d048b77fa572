"""Trackers in the background: whatever they do, the search goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

from automl.core.one_line import one_line
from automl.core.trial import Measurement
from automl.tracking.tracker import Ending, Track, Tracked, Tracker

# What becomes of a trial that the search leaves in the middle.
_LEFT = Ending("paused", "the search ended before it did")


class Background:
    """Passes on to a tracker what happens to trials, in order, in a thread of its own.

    At the tracker's first exception that is over, for it and for it alone.

    Args:
        name: Of the tracker, for messages.
        tracker: The tracker.
    """

    def __init__(self, name: str, tracker: Tracker) -> None:
        self.name, self.handled, self.failed = name, 0, False
        self._tracker, self._complaint = tracker, ""
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._tracks: dict[int, Track] = {}
        self._steps: dict[int, int] = {}
        self._thread = threading.Thread(target=self._run, name=f"track {name}", daemon=True)
        self._thread.start()

    def begin(self, trial: Tracked) -> None:
        """A trial went to a worker."""
        self._put(partial(self._begin, trial))

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step, or took it again."""
        self._put(partial(self._measure, number, measurement))

    def end(self, number: int, ending: Ending) -> None:
        """A trial ended; one that never began is not tracked."""
        self._put(partial(self._end, number, ending))

    def close(self) -> None:
        """Nothing comes any more; what came is still passed on."""
        self._put(self._leave)
        self._tasks.put(None)

    @property
    def busy(self) -> bool:
        """Whether there is something that is not passed on yet."""
        return self._thread.is_alive()

    def heed(self, announce: Callable[[str], None]) -> None:
        """Say in one line that the tracker has failed, once, in the thread of who asks."""
        if self._complaint:
            announce(self._complaint)
            self._complaint = ""

    def abandon(self) -> None:
        """Let the tracker go, whatever it does."""
        self._tracker.abandon()

    def _put(self, task: Callable[[], None]) -> None:
        if not self.failed:  # else the queue would only grow
            self._tasks.put(task)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception as error:
                self._complaint = _complaint(self.name, error)
                self.failed = True
                return
            self.handled += 1

    def _begin(self, trial: Tracked) -> None:
        self._steps[trial.number] = 0
        self._tracks[trial.number] = self._tracker.begin(trial)

    def _measure(self, number: int, measurement: Measurement) -> None:
        # A trial that was lost with its worker hands up again what it had measured.
        if number in self._tracks and measurement.step > self._steps[number]:
            self._steps[number] = measurement.step
            self._tracks[number].measure(measurement)

    def _end(self, number: int, ending: Ending) -> None:
        track = self._tracks.pop(number, None)
        if track is not None:
            track.end(ending)

    def _leave(self) -> None:
        for number in tuple(self._tracks):
            self._end(number, _LEFT)


def _complaint(name: str, error: Exception) -> str:
    said = one_line(" ".join(str(error).split()))
    return f"{name}: tracking ends here, the search goes on ({type(error).__name__}: {said})"
