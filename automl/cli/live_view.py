"""The live view of a search on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from automl.cli.view import Stop, View
from automl.core.final import FinalProgress, RunningRefit
from automl.core.records import TrialRecord
from automl.core.text import duration, epoch, lines, one_line, value
from automl.core.trial import Measurement
from automl.tuning.context import SearchContext, SearchOutcome
from automl.tuning.progress import SearchProgress

BAR_WIDTH = 30
# Width of a terminal below which bars are half as long.
NARROW = 80
# Seconds of silence after which a row shows a clock.
SILENT_SECONDS = 5


class LiveView(View):
    """Redraws a few lines: progress, the best so far, a row for each running trial or refit.

    The headline of the search stays above them, in the scrollback.

    Args:
        message: Message until the search begins.
        stop: Event that is set when the search is to stop.
    """

    def __init__(self, message: str, stop: Stop) -> None:
        super().__init__(stop)
        self._console, self._started = Console(), time.monotonic()
        self._progress: SearchProgress | None = None
        self._message = message
        self._live = RichLive(
            console=self._console, get_renderable=self._render, refresh_per_second=4, transient=True
        )
        self._live.start()

    def announce(self, text: str) -> None:
        """Print it above the view."""
        self._console.print(lines(text), highlight=False, markup=False)

    def begin(self, context: SearchContext) -> None:
        """Say what is searched, and show how it goes."""
        progress = SearchProgress(context)
        self._message = ""
        self._console.print(Text(one_line(progress.headline()), style="bold"))
        self._progress = progress

    def start(self, trial: TrialRecord) -> None:
        """Add a row."""
        if self._progress:
            self._progress.start(trial.number)

    def measure(self, number: int, measurement: Measurement) -> None:
        """Bring a row up to date."""
        if self._progress:
            self._progress.measure(number, measurement)

    def end(self, trial: TrialRecord) -> None:
        """Drop a row and count the trial."""
        if self._progress:
            self._progress.end(trial)
        if trial.status == "failed":
            self.announce(f"trial {trial.number} failed: {trial.reason}")

    def finalizing(self, progress: FinalProgress) -> None:
        """Show how far the final model is."""
        if self._progress:
            self._progress.finalizing(progress)

    def pausing(self, reason: str) -> None:
        """Say what happens now."""
        self._message = self.pausing_line(reason)

    def finish(self, outcome: SearchOutcome) -> None:
        """Leave the screen to the summary."""
        self.close()

    def close(self) -> None:
        """Release the terminal; may be called twice."""
        self._live.stop()

    def _render(self) -> RenderableType:
        if self._progress is None:
            waited = duration(time.monotonic() - self._started)
            return Text(f"{self._message}, {waited}")
        return Group(*self._rows(self._progress))

    def _rows(self, progress: SearchProgress) -> Iterator[RenderableType]:
        width = BAR_WIDTH // (2 if self._console.width < NARROW else 1)
        yield _bar(progress, width)
        yield Text(progress.best_line(), style="green")
        yield Text(progress.tally(), style="dim")
        message = self._message or (self.pausing_line("interrupted") if self._stop.is_set() else "")
        if message:
            yield Text(message, style="yellow")
        if progress.fits is not None:
            yield from _fits(progress.fits.now, progress.context.metric, width // 2)
        elif progress.running:
            yield _trials(progress, width // 2)


def _bar(progress: SearchProgress, width: int) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    share, text = progress.share, f"{progress.ended}/{progress.context.plan.trials} trials"
    if fits := progress.fits:
        share, text = fits.now.done / fits.now.total, fits.headline
    told = [text, duration(progress.elapsed)]
    if share < 1:
        told.append(progress.time_left() or "estimating the time left")
    row.add_row(ProgressBar(total=1.0, completed=share, width=width), Text(", ".join(told)))
    return row


def _table(what: str, metric: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in (what, "epoch", "", metric):
        table.add_column(heading, justify="left" if heading in ("", "refit") else "right")
    return table


def _trials(progress: SearchProgress, width: int) -> RenderableType:
    context = progress.context
    table = _table("trial", context.metric)
    for number, measured in sorted(progress.running.items()):
        at, silent = (measured.epoch if measured else 0.0), progress.since(number)
        told = value(measured.metrics[context.metric]) if measured else "starting"
        clock = f", {duration(silent)}" if measured is None and silent > SILENT_SECONDS else ""
        bar = ProgressBar(total=context.plan.epochs, completed=at, width=width)
        table.add_row(str(number), f"{epoch(at)}/{context.plan.epochs}", bar, f"{told}{clock}")
    return table


def _fits(now: FinalProgress, metric: str, width: int) -> Iterator[RenderableType]:
    """The running refits; nothing between two of them."""
    if now.running:
        table = _table("refit", metric)
        for each in now.running:
            bar = ProgressBar(total=each.epochs or 1, completed=each.epoch, width=width)
            table.add_row(each.name, _epochs(each), bar, _measured(each))
        yield table


def _epochs(training: RunningRefit) -> str:
    return f"{epoch(training.epoch)}/{epoch(training.epochs)}" if training.epochs else ""


def _measured(training: RunningRefit) -> str:
    if not training.epochs:
        return "starting"
    return "" if training.value is None else value(training.value)
