"""Trackers in the background: whatever they do, the search continues."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue

from automl.core.text import one_line
from automl.core.trial import Measurement
from automl.tracking.tracker import TrackedTrial, Tracker, TrialEnd, TrialTracker

# End of a trial that was running when the search ended.
_LEFT = TrialEnd("paused", "the search ended before it did")
# Seconds that all trackers have even when the program should end soon: of the ten seconds after a
# SIGTERM, the trials need three and the workers some.
FINISH_SECONDS = 2.0
# Seconds without progress after which trackers are given up: the network is gone.
STALL_SECONDS = 60.0
_POLL_SECONDS = 0.02


class BackgroundTracker:
    """Tells a tracker what happens to trials, in order, in a thread of its own.

    A tracker that raises an exception is told nothing more.

    Args:
        name: Name of the tracker, for messages.
        tracker: The tracker.
    """

    def __init__(self, name: str, tracker: Tracker) -> None:
        self.name, self.handled, self.failed = name, 0, False
        self._tracker, self._complaint = tracker, ""
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._tracks: dict[int, TrialTracker] = {}
        self._steps: dict[int, int] = {}
        self._thread = threading.Thread(target=self._run, name=f"track {name}", daemon=True)
        self._thread.start()

    def begin(self, trial: TrackedTrial) -> None:
        """A trial went to a worker."""
        self._put(partial(self._begin, trial))

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step, or took it again."""
        self._put(partial(self._measure, number, measurement))

    def end(self, number: int, ending: TrialEnd) -> None:
        """A trial ended; one that never began is not tracked."""
        self._put(partial(self._end, number, ending))

    def close(self) -> None:
        """Accept nothing more; what came is still passed on."""
        self._put(self._leave)
        self._tasks.put(None)

    @property
    def busy(self) -> bool:
        """Whether something has not been passed on yet."""
        return self._thread.is_alive()

    def report_failure(self, announce: Callable[[str], None]) -> None:
        """Announce the failure of the tracker once, in the caller's thread."""
        if self._complaint:
            announce(self._complaint)
            self._complaint = ""

    def abandon(self) -> None:
        """Drop the tracker, whatever it does."""
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

    def _begin(self, trial: TrackedTrial) -> None:
        self._steps[trial.number] = 0
        self._tracks[trial.number] = self._tracker.begin(trial)

    def _measure(self, number: int, measurement: Measurement) -> None:
        # A trial that was lost with its worker reports its steps again.
        if number in self._tracks and measurement.step > self._steps[number]:
            self._steps[number] = measurement.step
            self._tracks[number].measure(measurement)

    def _end(self, number: int, ending: TrialEnd) -> None:
        track = self._tracks.pop(number, None)
        if track is not None:
            track.end(ending)

    def _leave(self) -> None:
        for number in tuple(self._tracks):
            self._end(number, _LEFT)


def _complaint(name: str, error: Exception) -> str:
    said = one_line(" ".join(str(error).split()))
    return f"{name}: tracking ends here, the search continues ({type(error).__name__}: {said})"


def finish(
    trackers: Sequence[BackgroundTracker],
    hurry: Callable[[], bool],
    announce: Callable[[str], None],
) -> None:
    """Wait for trackers at the end of a search; give up those that make no progress.

    Args:
        trackers: All trackers; they are told nothing more.
        hurry: Function that says whether the program should end soon.
        announce: Function that is told what takes long, failed or was given up.
    """
    for each in trackers:
        each.close()
    try:
        _wait(trackers, FINISH_SECONDS)
        late = [each for each in trackers if each.busy]
        if late and not hurry():
            names = " and ".join(each.name for each in late)
            announce(f"waiting for {names} to receive the rest (Ctrl-C skips it)")
            while _makes_progress(late, hurry):
                pass
    finally:  # also when a second signal ends the waiting
        for each in trackers:
            _close(each, announce)


def _wait(trackers: Sequence[BackgroundTracker], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(each.busy for each in trackers) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _makes_progress(trackers: Sequence[BackgroundTracker], hurry: Callable[[], bool]) -> bool:
    """Wait for progress; False if there is none, or the program should end."""
    before, deadline = _handled(trackers), time.monotonic() + STALL_SECONDS
    while any(each.busy for each in trackers) and not hurry() and time.monotonic() < deadline:
        if _handled(trackers) > before:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _handled(trackers: Sequence[BackgroundTracker]) -> int:
    return sum(each.handled for each in trackers)


def _close(tracker: BackgroundTracker, announce: Callable[[str], None]) -> None:
    tracker.report_failure(announce)
    if tracker.busy:
        announce(
            f"{tracker.name}: did not receive everything in time; the study itself is complete"
        )
    if tracker.busy or tracker.failed:
        tracker.abandon()
