"""A search followed in a notebook."""

from __future__ import annotations

import sys
import time
from html import escape
from typing import Any

from automl.core.records import TrialRecord
from automl.core.text import duration, value
from automl.core.trial import Measurement
from automl.tuning.progress import Progress
from automl.tuning.watch import Outcome, Setting, Silent, Watcher

# Seconds between two drawings; each goes through the kernel to the browser.
INTERVAL = 0.5


class NotebookView(Silent):
    """One output that is redrawn: progress, the best so far, what runs."""

    def __init__(self) -> None:
        from IPython.display import display

        self._said: list[str] = []
        self._progress: Progress | None = None
        self._drawn = 0.0
        start = self._html("starting workers")
        self._handle: Any = display(start, display_id=True)  # type: ignore[no-untyped-call]

    def announce(self, text: str) -> None:
        """Keep it above the view."""
        self._said.append(text)
        self._draw()

    def begin(self, setting: Setting) -> None:
        """Show the study."""
        self._progress = Progress(setting)
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

    def finalizing(self, done: float, total: int) -> None:
        """Show how far the final model is."""
        if self._progress:
            self._progress.finalizing(done, total)
            self._draw_if_due()

    def finish(self, outcome: Outcome) -> None:
        """Leave the final count."""
        self._draw()

    def _draw_if_due(self) -> None:
        if time.monotonic() - self._drawn >= INTERVAL:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        parts = [f"<p>{escape(line)}</p>" for line in self._said]
        if self._progress is not None:
            parts.append(render(self._progress))
        self._handle.update(self._html("".join(parts)))

    @staticmethod
    def _html(content: str) -> Any:
        from IPython.display import HTML

        return HTML(f"<div class='automl'>{content}</div>")  # type: ignore[no-untyped-call]


def render(progress: Progress) -> str:
    """Where a search stands, as HTML."""
    setting = progress.setting
    left = progress.time_left()
    counted = f"{progress.ended}/{setting.trials} trials, {duration(progress.elapsed)}"
    rows = "".join(_row(progress, number) for number in sorted(progress.running))
    return (
        f"<p><strong>{escape(progress.headline())}</strong></p>"
        f"<p><progress value='{progress.ended}' max='{setting.trials}'></progress> "
        f"{escape(f'{counted}, {left}' if left else counted)}</p>"
        f"<p>{escape(progress.best_line())}<br>{escape(progress.tally())}</p>"
        f"{_final(progress)}"
        f"<table>{rows}</table>"
    )


def _final(progress: Progress) -> str:
    fits = progress.fits
    if fits is None:
        return ""
    told = f"{fits.whole}/{fits.total} trainings of the final model"
    left = fits.time_left() if fits.whole < fits.total else ""
    return f"<p>{escape(f'{told}, {left}' if left else told)}</p>"


def _row(progress: Progress, number: int) -> str:
    measured, setting = progress.running[number], progress.setting
    epoch = measured.epoch if measured else 0.0
    metric = value(measured.metrics[setting.metric]) if measured else "starting"
    return (
        f"<tr><td>trial {number}</td><td>epoch {epoch:g}/{setting.epochs}</td>"
        f"<td>{escape(setting.metric)} {metric}</td></tr>"
    )


def default_watcher() -> Watcher:
    """The view in a notebook; elsewhere one that says nothing."""
    return NotebookView() if in_notebook() else Silent()


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
