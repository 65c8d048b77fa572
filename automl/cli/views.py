"""How a search is shown: one live view, a line a trial, JSON, or nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from automl.cli.terminal import can_redraw
from automl.cli.view import PAUSING, View
from automl.core.records import TrialRecord
from automl.core.text import duration, value
from automl.core.trial import Measurement
from automl.tuning.progress import Progress
from automl.tuning.watch import Outcome, Setting


class Lines(View):
    """A line for every trial that ended: for pipes, logs and files."""

    def announce(self, text: str) -> None:
        """Print it."""
        self._print(text)

    def begin(self, setting: Setting) -> None:
        """Print what is searched."""
        self._progress = Progress(setting)
        self._print(self._progress.headline())

    def start(self, trial: TrialRecord) -> None:
        """Follow the trial."""
        self._progress.start(trial.number)

    def measure(self, number: int, measurement: Measurement) -> None:
        """Follow the trial."""
        self._progress.measure(number, measurement)

    def end(self, trial: TrialRecord) -> None:
        """Print how the trial ended."""
        progress = self._progress
        progress.end(trial)
        metric = f"  {progress.setting.metric} {value(trial.value)}" if trial.value else ""
        reason = f"  {trial.reason}" if trial.reason else ""
        left = progress.time_left()
        self._print(
            f"[{progress.ended}/{progress.setting.trials}] trial {trial.number} {trial.status}"
            f"{metric}  {duration(trial.seconds)}{reason}{f'  ({left})' if left else ''}"
        )

    def finalizing(self, done: float, total: int) -> None:
        """Print each training of the final model that ended."""
        before = self._progress.fits.whole if self._progress.fits else 0
        fits = self._progress.finalizing(done, total)
        if fits.whole > before:
            left = fits.time_left()
            line = f"[{fits.whole}/{total}] trainings of the final model"
            self._print(f"{line}{f'  ({left})' if left else ''}")

    def pausing(self) -> None:
        """Say what happens now."""
        self._print(PAUSING)

    def _print(self, line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


class Json(View):
    """A JSON object a line on standard output: "begin", each "trial", "finalizing", "end"."""

    _whole = -1

    def announce(self, text: str) -> None:
        """Keep standard output for JSON."""
        sys.stderr.write(f"{text}\n")

    def begin(self, setting: Setting) -> None:
        """Print the setting."""
        self._print({"event": "begin", **asdict(setting)})

    def end(self, trial: TrialRecord) -> None:
        """Print the trial."""
        self._print({"event": "trial", **asdict(trial)})

    def finalizing(self, done: float, total: int) -> None:
        """Print how many trainings of the final model are done, whenever one more is."""
        if int(done) > self._whole:
            self._whole = int(done)
            self._print({"event": "finalizing", "done": self._whole, "total": total})

    def finish(self, outcome: Outcome) -> None:
        """Print the best trial, the final model and why the search ended."""
        best = outcome.study.best
        self._print(
            {
                "event": "end",
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 3),
                "trials": outcome.study.counted,
                "best": asdict(best) if best else None,
                "final": asdict(outcome.final) if outcome.final else None,
            }
        )

    def _print(self, event: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def choose_view(as_json: bool, quiet: bool, message: str) -> View:
    """The view that fits the flags and the terminal.

    Args:
        as_json: Whether standard output is for scripts.
        quiet: Whether nothing is to be said.
        message: What is done before the search is seen.
    """
    if as_json:
        return Json()
    if quiet:
        return View()
    if can_redraw():
        from automl.cli.live import Live

        return Live(message)
    return Lines()
