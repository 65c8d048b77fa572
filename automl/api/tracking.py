"""Tracking a search: what its watcher hears, trackers hear too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from automl.core.records import TrialRecord
from automl.core.trial import Measurement
from automl.store import StudyFolder
from automl.tracking import TRACKERS
from automl.tracking.background import Background
from automl.tracking.finish import finish
from automl.tracking.tracker import Ending, Tracked
from automl.tuning.watch import Outcome, Setting, Watcher

if TYPE_CHECKING:
    from automl.tuning.plan import Plan


@contextmanager
def tracked(
    plan: Plan, folder: StudyFolder, watcher: Watcher, stop: threading.Event
) -> Iterator[Watcher]:
    """Give a watcher that passes everything on to ``watcher``, and to the plan's trackers.

    Args:
        plan: Names the trackers.
        folder: The study's.
        watcher: The user's own view.
        stop: Set when somebody waits for the search to end.

    Raises:
        UserError: if a tracker is unknown or cannot be used; nothing is begun then.
    """
    made = {name: TRACKERS[name]() for name in plan.track}
    trackers = [Background(name, tracker) for name, tracker in made.items()]
    ended = False
    try:
        yield Tracking(plan, folder, watcher, trackers) if trackers else watcher
        ended = True
    finally:
        finish(trackers, lambda: stop.is_set() or not ended, watcher.announce)


def next_steps(folder: StudyFolder) -> tuple[tuple[str, str], ...]:
    """What to type to see what trackers wrote of a study: commands, and what they are for."""
    from automl.tuning.plan import Plan

    names = Plan.from_record(folder.record()).track
    looks = (TRACKERS[name].look(folder.path / "trials") for name in names)
    return tuple(each for each in looks if each is not None)


class Tracking:
    """A watcher that tells trackers of every trial that went to a worker.

    Args:
        plan: The study's.
        folder: The study's.
        view: The watcher that is told first.
        trackers: What else is told.
    """

    def __init__(
        self, plan: Plan, folder: StudyFolder, view: Watcher, trackers: Sequence[Background]
    ) -> None:
        self._plan, self._folder, self._view, self._trackers = plan, folder, view, trackers
        self._metric = ""
        self._begun: set[int] = set()

    def announce(self, text: str) -> None:
        """Pass it on."""
        self._view.announce(text)

    def begin(self, setting: Setting) -> None:
        """Remember what ranks trials."""
        self._view.begin(setting)
        self._metric = setting.metric

    def start(self, trial: TrialRecord) -> None:
        """Track the trial."""
        self._view.start(trial)
        self._begin(trial)

    def measure(self, number: int, measurement: Measurement) -> None:
        """Track the step."""
        self._view.measure(number, measurement)
        self._measure(number, measurement)

    def end(self, trial: TrialRecord) -> None:
        """Track the end; of a trial that ended before its process could tell, all of it."""
        self._view.end(trial)
        number = trial.number
        if number not in self._begun:
            self._catch_up(trial)
        self._begun.discard(number)
        ending = Ending(
            status=trial.status,
            reason=trial.reason,
            value=trial.value,
            size=trial.size,
            flops=trial.flops,
            seconds=trial.seconds,
            artifacts=self._folder.trial(number).artifacts(),
        )
        self._tell(lambda tracker: tracker.end(number, ending))

    def pausing(self) -> None:
        """Pass it on."""
        self._view.pausing()

    def finalizing(self, done: float, total: int) -> None:
        """Pass it on."""
        self._view.finalizing(done, total)

    def finish(self, outcome: Outcome) -> None:
        """Pass it on."""
        self._view.finish(outcome)

    def _begin(self, trial: TrialRecord) -> None:
        plan = self._plan
        began = Tracked(
            study=plan.name,
            number=trial.number,
            parameters=trial.parameters,
            setting={
                "space": plan.space,
                "data": plan.data,
                "seed": plan.seed,
                "epochs": plan.epochs,
            },
            metric=self._metric,
            folder=self._folder.trial(trial.number).path,
        )
        self._begun.add(trial.number)
        self._tell(lambda tracker: tracker.begin(began))

    def _measure(self, number: int, measurement: Measurement) -> None:
        self._tell(lambda tracker: tracker.measure(number, measurement))

    def _catch_up(self, trial: TrialRecord) -> None:
        curve = self._folder.trial(trial.number).curve()
        if curve:
            self._begin(trial)
        for measurement in curve:
            self._measure(trial.number, measurement)

    def _tell(self, tell: Callable[[Background], None]) -> None:
        for tracker in self._trackers:
            tracker.heed(self._view.announce)
            tell(tracker)
