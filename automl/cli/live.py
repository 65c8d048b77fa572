"""The live view of a search on a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from automl.cli.view import PAUSING, View
from automl.core.records import TrialRecord
from automl.core.text import duration, value
from automl.core.trial import Measurement
from automl.tuning.progress import Progress
from automl.tuning.watch import Outcome, Setting

BAR_WIDTH = 30


class Live(View):
    """Redraws a few lines: progress, the best so far, a row per running trial.

    Args:
        message: What is done before the search begins.
    """

    def __init__(self, message: str) -> None:
        self._console = Console()
        self._progress: Progress | None = None
        self._message = message
        self._live = RichLive(
            console=self._console, get_renderable=self._render, refresh_per_second=4, transient=True
        )
        self._live.start()

    def announce(self, text: str) -> None:
        """Print it above the view."""
        self._console.print(text, highlight=False)

    def begin(self, setting: Setting) -> None:
        """Show the study."""
        self._progress = Progress(setting)
        self._message = ""

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

    def finalizing(self, done: float, total: int) -> None:
        """Show how far the final model is."""
        if self._progress:
            self._progress.finalizing(done, total)

    def pausing(self) -> None:
        """Say what happens now."""
        self._message = PAUSING

    def finish(self, outcome: Outcome) -> None:
        """Leave the screen to the summary."""
        self.close()

    def close(self) -> None:
        """Give the terminal back; safe to call twice."""
        self._live.stop()

    def _render(self) -> RenderableType:
        progress = self._progress
        if progress is None:
            return Text(self._message)
        lines = [
            Text(progress.headline(), style="bold"),
            self._bar(progress),
            Text(progress.best_line(), style="green"),
            Text(progress.tally(), style="dim"),
        ]
        if self._message:
            lines.append(Text(self._message, style="yellow"))
        return Group(*lines, _running(progress))

    def _bar(self, progress: Progress) -> RenderableType:
        row = Table.grid(padding=(0, 1))
        done, total, left = float(progress.ended), progress.setting.trials, progress.time_left()
        text = f"{progress.ended}/{total} trials"
        if fits := progress.fits:
            done, total, left = fits.done, fits.total, fits.time_left()
            text = f"{fits.whole}/{total} trainings of the final model"
        text = f"{text}, {duration(progress.elapsed)}"
        left = left or "estimating the time left"
        row.add_row(
            ProgressBar(total=total, completed=done, width=BAR_WIDTH), Text(f"{text}, {left}")
        )
        return row


def _running(progress: Progress) -> RenderableType:
    setting = progress.setting
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("trial", "epoch", "", setting.metric):
        table.add_column(heading, justify="left" if heading == "" else "right", no_wrap=True)
    for number, measured in sorted(progress.running.items()):
        epoch = measured.epoch if measured else 0.0
        table.add_row(
            str(number),
            f"{epoch:g}/{setting.epochs}",
            ProgressBar(total=setting.epochs, completed=epoch, width=BAR_WIDTH // 2),
            value(measured.metrics[setting.metric]) if measured else "starting",
        )
    return table
