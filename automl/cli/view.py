"""Views of a search: their base, stopping with Ctrl-C or SIGTERM, and those that print lines."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from automl.cli.terminal import can_redraw, echo
from automl.core.final import FINALISTS, SEEDS, FinalProgress
from automl.core.records import TrialRecord, to_stored
from automl.core.text import count, duration, one_line, value
from automl.core.trial import Measurement
from automl.tuning.context import SearchContext, SearchOutcome, Watcher
from automl.tuning.progress import SearchProgress

# A SIGTERM, from a scheduler or a cloud that takes a machine back, is soon followed by a kill. What
# a trial has not reported by then is continued from its last checkpoint.
PATIENCE_AFTER_SIGTERM = 3.0
# Exit code of a program that was ended by Ctrl-C.
INTERRUPTED = 130
# Seconds between two lines.
INTERVAL = 1.0
# Seconds without a line after which infeasible draws alone are reported.
INFEASIBLE_INTERVAL = 10.0


class Stop(threading.Event):
    """Set when a search is to stop.

    Attributes:
        by_ctrl_c: Whether the reason was Ctrl-C, which can be pressed again.
    """

    by_ctrl_c = False


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """An event that the first SIGINT or SIGTERM sets; the next one interrupts.

    Three seconds after a SIGTERM the block is interrupted in any case.

    Raises:
        KeyboardInterrupt: inside the block, on the second signal.
    """
    stop = Stop()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.by_ctrl_c = number == signal.SIGINT
        stop.set()
        if number == signal.SIGTERM:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE_AFTER_SIGTERM)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.signal(each, handle) for each in signals]
    try:
        yield stop
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


class View(Watcher):
    """A watcher that may occupy the terminal; the base class prints nothing.

    Args:
        stop: Event that is set when the search is to stop.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def pausing_line(self, reason: str) -> str:
        """The message while the search ends, for the reason "interrupted" or "time limit"."""
        ends = "time is up" if reason == "time limit" else "stopping"
        again = " (Ctrl-C again stops now)" if self._stop.by_ctrl_c else ""
        return f"{ends}: running trials stop at their next reporting step{again}"

    def close(self) -> None:
        """Release the terminal; may be called twice."""


class JsonView(View):
    """One JSON object a line on standard output: "begin", each "trial", "finalizing", "end"."""

    _whole = -1

    def announce(self, text: str) -> None:
        """Keep standard output for JSON."""
        echo(text, err=True)

    def begin(self, context: SearchContext) -> None:
        """Print what is known of the search."""
        plan, begun = context.plan, context.begun
        self._print(
            {
                "event": "begin",
                "study": plan.name,
                "space": plan.space,
                "data": context.data,
                "device": context.device,
                "trials": plan.trials,
                "done": begun.counted,
                "epochs": plan.epochs,
                "steps": plan.steps,
                "timeout": plan.timeout,
                "metric": context.metric,
                "maximize": context.maximize,
                "slots": context.slots,
                "finalists": FINALISTS if plan.finalize else 0,
                "seeds": SEEDS,
                "best": to_stored(begun.best) if begun.best else None,
                "baseline": to_stored(begun.baseline) if begun.baseline else None,
                "final": to_stored(context.final) if context.final else None,
                "minimize": plan.minimize,
            }
        )

    def end(self, trial: TrialRecord) -> None:
        """Print the trial."""
        self._print({"event": "trial", **to_stored(trial)})

    def finalizing(self, progress: FinalProgress) -> None:
        """Print the number of finished refits whenever it grows."""
        if progress.whole > self._whole:
            self._whole = progress.whole
            self._print({"event": "finalizing", "done": self._whole, "total": progress.total})

    def finish(self, outcome: SearchOutcome) -> None:
        """Print the delivered model, the best trial, the final model and why the search ended."""
        best = outcome.study.best
        self._print(
            {
                "event": "end",
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 3),
                "trials": outcome.study.counted,
                "delivered": outcome.delivered.as_stored() if outcome.delivered else None,
                "best": to_stored(best) if best else None,
                "final": to_stored(outcome.final) if outcome.final else None,
            }
        )

    def _print(self, event: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def choose_view(as_json: bool, quiet: bool, message: str, stop: Stop) -> View:
    """The view for the flags and the terminal.

    Args:
        as_json: Whether to print JSON.
        quiet: Whether to print nothing.
        message: Message on the terminal until the search begins.
        stop: Event that is set when the search is to stop.
    """
    if as_json:
        return JsonView(stop)
    if quiet:
        return View(stop)
    if can_redraw():
        from automl.cli.live_view import LiveView

        return LiveView(message, stop)
    return LineView(stop)


class LineView(View):
    """A line for each trial that ended, or for several that ended since the last line.

    Infeasible draws are counted, not listed.

    Args:
        stop: Event that is set when the search is to stop.
        clock: Function that gives seconds.
    """

    def __init__(self, stop: Stop, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stop)
        self._clock = clock
        self._last = clock() - INTERVAL
        self._progress: SearchProgress | None = None
        self._ended: list[TrialRecord] = []  # since the last line
        self._fits_told = self._fits_done = 0

    def announce(self, text: str) -> None:
        """Print it."""
        self._print(text)

    def begin(self, context: SearchContext) -> None:
        """Print what is searched."""
        self._progress = SearchProgress(context)
        self._print(self._progress.headline())
        self._last -= INTERVAL  # the first trial is not kept waiting

    def start(self, trial: TrialRecord) -> None:
        """Follow the trial."""
        if self._progress:
            self._progress.start(trial.number)
            self._tell_if_due()

    def measure(self, number: int, measurement: Measurement) -> None:
        """Follow the trial."""
        if self._progress:
            self._progress.measure(number, measurement)
            self._tell_if_due()

    def end(self, trial: TrialRecord) -> None:
        """Print how the trial ended, now or with the next line."""
        if self._progress:
            self._progress.end(trial)
            self._ended.append(trial)
            self._tell_if_due()

    def finalizing(self, progress: FinalProgress) -> None:
        """Print how many refits have ended."""
        if self._progress:
            self._tell_ends()
            fits = self._progress.finalizing(progress)
            self._fits_done = fits.now.whole
            self._fits_told = max(self._fits_told, int(fits.before))
            self._tell_if_due()

    def pausing(self, reason: str) -> None:
        """Say what happens now."""
        self._tell()
        self._print(self.pausing_line(reason))

    def finish(self, outcome: SearchOutcome) -> None:
        """Print what was held back."""
        self._tell()

    def close(self) -> None:
        """Print what was held back; may be called twice."""
        self._tell()

    def _tell_if_due(self) -> None:
        ran = self._fits_done > self._fits_told or any(map(_ran, self._ended))
        if self._clock() - self._last >= (INTERVAL if ran else INFEASIBLE_INTERVAL):
            self._tell()

    def _tell(self) -> None:
        """Print what has ended since the last line."""
        self._tell_ends()
        progress = self._progress
        if progress and progress.fits and self._fits_done > self._fits_told:
            self._fits_told = self._fits_done
            total, left = progress.fits.now.total, progress.time_left()
            line = f"[{self._fits_told}/{total}] trainings of the final model"
            self._print(f"{line}{f'  ({left})' if left else ''}")

    def _tell_ends(self) -> None:
        if self._progress and self._ended:
            ended, self._ended = self._ended, []
            self._print(_ended_line(self._progress, ended))

    def _print(self, line: str) -> None:
        self._last = self._clock()
        sys.stdout.write(f"{one_line(line)}\n")
        sys.stdout.flush()


def _ran(trial: TrialRecord) -> bool:
    return trial.status != "infeasible"


def _ended_line(progress: SearchProgress, ended: list[TrialRecord]) -> str:
    """One line on the trials that have ended."""
    ran = [each for each in ended if _ran(each)]
    drawn = [each for each in ended if not _ran(each)]
    context, left = progress.context, progress.time_left()
    told = [_trial(ran[0], context.metric)] if len(ran) == 1 else list(_trials(ran, progress))
    if drawn:
        such = "" if len(drawn) == 1 else ", such as"
        example = f"{such} trial {drawn[0].number}: {drawn[0].reason}"
        told.append(f"{count(len(drawn), 'infeasible draw')}{example}")
    line = f"[{progress.ended}/{context.plan.trials}] {'; '.join(told)}"
    return f"{line}  ({left})" if left else line


def _trial(trial: TrialRecord, metric: str) -> str:
    measured = "" if trial.objective is None else f"  {metric} {value(trial.objective)}"
    reason = f"  {trial.reason}" if trial.reason else ""
    return f"trial {trial.number} {trial.status}{measured}  {duration(trial.seconds)}{reason}"


def _trials(ran: list[TrialRecord], progress: SearchProgress) -> Iterator[str]:
    """How several trials ended, the best so far, and why the first one failed."""
    if not ran:
        return
    numbers = Counter(each.status for each in ran)
    ended = ", ".join(f"{number} {status}" for status, number in numbers.items())
    yield f"{count(len(ran), 'trial')}: {ended}"
    if progress.best is not None:
        yield progress.best_line()
    failed = [each for each in ran if each.status == "failed"]
    yield from (f"trial {each.number} failed: {each.reason}" for each in failed[:1])
