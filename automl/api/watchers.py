"""Watchers of a search: the view in a notebook, and the trackers of the plan."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

from automl.core.final import FinalProgress
from automl.core.records import TrialRecord
from automl.core.text import duration, epoch, value
from automl.core.trial import Measurement
from automl.store import StudyFolder
from automl.tracking import TRACKERS
from automl.tracking.tracker import BackgroundTracker, TrackedTrial, TrialEnd, finish
from automl.tuning.context import SearchContext, SearchOutcome, Watcher
from automl.tuning.plan import Plan
from automl.tuning.progress import SearchProgress

# Seconds between two drawings, for each passes through the kernel to the browser.
INTERVAL = 0.5


@contextmanager
def tracked(
    plan: Plan, folder: StudyFolder, watcher: Watcher, stop: threading.Event
) -> Iterator[Watcher]:
    """A watcher that passes everything on to ``watcher`` and to the trackers of the plan.

    Args:
        plan: Plan of the study, with the names of the trackers.
        folder: Folder of the study.
        watcher: The user's own view.
        stop: Event that is set when the search is to end soon.

    Raises:
        UserError: if a tracker is unknown or cannot be used; no study exists then.
    """
    made = {name: TRACKERS[name]() for name in plan.track}
    trackers = [BackgroundTracker(name, tracker) for name, tracker in made.items()]
    followed, ended = watcher, False
    if trackers:
        followed = TrackingWatcher(plan, folder, watcher, trackers)
    try:
        yield followed
        ended = True
    finally:
        finish(trackers, lambda: stop.is_set() or not ended, watcher.announce)


def next_steps(folder: StudyFolder) -> tuple[tuple[str, str], ...]:
    """Commands that show what trackers wrote of a study, each with its purpose."""
    names = Plan.from_record(folder.record()).track
    looks = (TRACKERS[name].look(folder.path / "trials") for name in names)
    return tuple(each for each in looks if each is not None)


class TrackingWatcher(Watcher):
    """A watcher that also tells trackers of every trial that went to a worker.

    Args:
        plan: Plan of the study.
        folder: Folder of the study.
        view: Watcher that is told first.
        trackers: Trackers that are told next.
    """

    def __init__(
        self, plan: Plan, folder: StudyFolder, view: Watcher, trackers: Sequence[BackgroundTracker]
    ) -> None:
        self._plan, self._folder, self._view, self._trackers = plan, folder, view, trackers
        self._metric = ""
        self._begun: set[int] = set()

    def announce(self, text: str) -> None:
        """Pass it on."""
        self._view.announce(text)

    def begin(self, context: SearchContext) -> None:
        """Remember what ranks trials."""
        self._view.begin(context)
        self._metric = context.metric

    def start(self, trial: TrialRecord) -> None:
        """Track the trial."""
        self._view.start(trial)
        self._begin(trial)

    def measure(self, number: int, measurement: Measurement) -> None:
        """Track the step."""
        self._view.measure(number, measurement)
        self._measure(number, measurement)

    def end(self, trial: TrialRecord) -> None:
        """Track the end, and first all steps of a trial whose process could not report them."""
        self._view.end(trial)
        number = trial.number
        if number not in self._begun:
            self._catch_up(trial)
        self._begun.discard(number)
        ending = TrialEnd(
            status=trial.status,
            reason=trial.reason,
            value=trial.objective,
            size=trial.num_parameters,
            flops=trial.flops,
            seconds=trial.seconds,
            artifacts=self._folder.trial(number).artifacts(),
        )
        self._tell(lambda tracker: tracker.end(number, ending))

    def pausing(self, reason: str) -> None:
        """Pass it on."""
        self._view.pausing(reason)

    def finalizing(self, progress: FinalProgress) -> None:
        """Pass it on."""
        self._view.finalizing(progress)

    def finish(self, outcome: SearchOutcome) -> None:
        """Pass it on."""
        self._view.finish(outcome)

    def _begin(self, trial: TrialRecord) -> None:
        plan = self._plan
        began = TrackedTrial(
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

    def _tell(self, tell: Callable[[BackgroundTracker], None]) -> None:
        for tracker in self._trackers:
            tracker.report_failure(self._view.announce)
            tell(tracker)


class NotebookView(Watcher):
    """One output that is redrawn: progress, the best so far, what runs."""

    def __init__(self) -> None:
        from IPython.display import display

        self._said: list[str] = []
        self._progress: SearchProgress | None = None
        self._drawn = 0.0
        start = self._html("starting workers")
        self._handle: Any = display(start, display_id=True)  # type: ignore[no-untyped-call]

    def announce(self, text: str) -> None:
        """Keep it above the view."""
        self._said.append(text)
        self._draw()

    def begin(self, context: SearchContext) -> None:
        """Show the study."""
        self._progress = SearchProgress(context)
        self._draw()

    def start(self, trial: TrialRecord) -> None:
        """Add a row."""
        if self._progress:
            self._progress.start(trial.number)
            self._draw_if_due()

    def measure(self, number: int, measurement: Measurement) -> None:
        """Bring a row up to date."""
        if self._progress:
            self._progress.measure(number, measurement)
            self._draw_if_due()

    def end(self, trial: TrialRecord) -> None:
        """Drop a row and count the trial."""
        if self._progress:
            self._progress.end(trial)
            self._draw_if_due()

    def finalizing(self, progress: FinalProgress) -> None:
        """Show how far the final model is."""
        if self._progress:
            self._progress.finalizing(progress)
            self._draw_if_due()

    def finish(self, outcome: SearchOutcome) -> None:
        """Leave the final count."""
        self._draw()

    def _draw_if_due(self) -> None:
        if time.monotonic() - self._drawn >= INTERVAL:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        shown = [f"<p>{escape(line)}</p>" for line in self._said]
        if self._progress is not None:
            shown.append(_render_progress(self._progress))
        self._handle.update(self._html("".join(shown)))

    @staticmethod
    def _html(content: str) -> Any:
        from IPython.display import HTML

        return HTML(f"<div class='automl'>{content}</div>")  # type: ignore[no-untyped-call]


def _render_progress(progress: SearchProgress) -> str:
    """Where a search stands, as HTML."""
    plan = progress.context.plan
    left = "" if progress.fits else progress.time_left()
    counted = f"{progress.ended}/{plan.trials} trials, {duration(progress.elapsed)}"
    rows = "".join(_row(progress, number) for number in sorted(progress.running))
    return (
        f"<p><strong>{escape(progress.headline())}</strong></p>"
        f"<p><progress value='{progress.share:.3f}' max='1'></progress> "
        f"{escape(f'{counted}, {left}' if left else counted)}</p>"
        f"<p>{escape(progress.best_line())}<br>{escape(progress.tally())}</p>"
        f"{_final(progress)}"
        f"<table>{rows}</table>"
    )


def _final(progress: SearchProgress) -> str:
    fits = progress.fits
    if fits is None:
        return ""
    left = fits.time_left()
    return f"<p>{escape(f'{fits.headline}, {left}' if left else fits.headline)}</p>"


def _row(progress: SearchProgress, number: int) -> str:
    measured, context = progress.running[number], progress.context
    at = measured.epoch if measured else 0.0
    metric = value(measured.metrics[context.metric]) if measured else "starting"
    return (
        f"<tr><td>trial {number}</td><td>epoch {epoch(at)}/{context.plan.epochs}</td>"
        f"<td>{escape(context.metric)} {metric}</td></tr>"
    )


def default_watcher() -> Watcher:
    """The view of a notebook; elsewhere a silent watcher."""
    return NotebookView() if _in_notebook() else Watcher()


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
