"""The interface of trackers, and their running in the background: the search always continues."""

from __future__ import annotations

import csv
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from automl.core.distributions import Value
from automl.core.text import one_line
from automl.core.trial import Measurement

# Seconds that all trackers have even when the program should end soon: of the ten seconds after a
# SIGTERM, the trials need three and the workers some.
FINISH_SECONDS = 2.0
# Seconds without progress after which trackers are given up: the network is gone.
STALL_SECONDS = 60.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class TrackedTrial:
    """A trial that is tracked.

    Args:
        study: The study's name.
        number: Number of the trial in the study.
        parameters: Parameters of the trial by name: ``"optimizer.adamw.lr"``.
        setting: Settings that all trials share: space, data, seed, epochs.
        metric: Name of the metric that ranks trials.
        folder: Folder with the files of the trial.
    """

    study: str
    number: int
    parameters: Mapping[str, Value]
    setting: Mapping[str, Value]
    metric: str
    folder: Path


@dataclass(frozen=True)
class TrialEnd:
    """How a tracked trial ended.

    Args:
        status: "complete", "pruned", "infeasible", "diverged", "failed" or "paused", which
            continues later.
        reason: Reason of the status; empty for a complete trial.
        value: Objective at the best step, or None.
        size: Number of parameters of the network, or None if it was never built.
        flops: FLOPs of the forward pass of one example, or None.
        seconds: Wall-clock seconds that it occupied a worker.
        artifacts: Pictures (.png) and tables (.csv) of the trial.
    """

    status: str
    reason: str = ""
    value: float | None = None
    size: int | None = None
    flops: int | None = None
    seconds: float = 0.0
    artifacts: tuple[Path, ...] = ()


# End of a trial that was running when the search ended.
_LEFT = TrialEnd("paused", "the search ended before it did")


class TrialTracker(ABC):
    """The record of one trial in a tracker."""

    @abstractmethod
    def measure(self, measurement: Measurement) -> None:
        """Record a reporting step; each comes once, in order."""

    @abstractmethod
    def end(self, ending: TrialEnd) -> None:
        """Record how the trial ended, and close everything; nothing comes after it."""


class Tracker(ABC):
    """Software that also records trials; its constructor checks that it can be used.

    Its methods and those of its trials are called in one thread; they may take long and raise.

    Raises:
        MissingPackage: if its library is not installed.
        UserError: if it cannot be used for another reason.
    """

    @abstractmethod
    def begin(self, trial: TrackedTrial) -> TrialTracker:
        """Start to track a trial; a continued one reports all its steps again."""

    @abstractmethod
    def abandon(self) -> None:
        """Drop everything at once, so that nothing delays the end of the program."""

    @staticmethod
    @abstractmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """A command that shows what is below ``trials``, and its purpose; None without any."""


def read_table(file: Path) -> tuple[list[str], list[list[str]]]:
    """The columns and the rows of a .csv file."""
    with file.open(encoding="utf-8", newline="") as lines:
        columns, *rows = csv.reader(lines)
    return columns, rows


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
