"""Where a search stands, as its views show it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from automl.core.records import COUNTED, TrialRecord
from automl.core.text import count, duration, value
from automl.core.trial import Measurement
from automl.tuning.fit_progress import FitProgress
from automl.tuning.watch import Setting

# An estimate of the time left is shown once this many trials of this run ended.
TRIALS_FOR_ESTIMATE = 3


@dataclass
class Progress:
    """Follows a search.

    Args:
        setting: What was known when it began.
    """

    setting: Setting
    running: dict[int, Measurement | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    fits: FitProgress | None = None

    def __post_init__(self) -> None:
        self.best, self.baseline = self.setting.best, self.setting.baseline

    def start(self, number: int) -> None:
        """A trial went to a worker."""
        self.running[number] = None

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step."""
        self.running[number] = measurement

    def end(self, trial: TrialRecord) -> None:
        """A trial ended."""
        self.running.pop(trial.number, None)
        self.counts[trial.status] = self.counts.get(trial.status, 0) + 1
        if trial.number == 0:
            self.baseline = trial
        if trial.status == "complete" and trial.beats(self.best, self.setting.maximize):
            self.best = trial

    def finalizing(self, done: float, total: int) -> FitProgress:
        """So many of so many trainings of the final model are done."""
        if self.fits is None:
            self.fits = FitProgress(total, before=done, done=done)
        self.fits.done = done
        return self.fits

    @property
    def elapsed(self) -> float:
        """Seconds since this run began."""
        return time.monotonic() - self.started

    @property
    def ended(self) -> int:
        """Trials of the total that are over, earlier runs' included."""
        return self.setting.done + self._ended_now

    @property
    def _ended_now(self) -> int:
        return sum(self.counts.get(status, 0) for status in COUNTED)

    def time_left(self) -> str:
        """About how long it still takes, from the pace of this run; "" while unknown."""
        remaining = self.setting.trials - self.ended
        limit = self.setting.timeout
        left = [] if limit is None else [max(0.0, limit - self.elapsed)]
        if self._ended_now >= TRIALS_FOR_ESTIMATE:
            left.append(self.elapsed * remaining / self._ended_now)
        if not left:
            return ""
        sure = limit is not None and min(left) == left[0]
        return f"{'at most' if sure else 'about'} {duration(min(left))} left"

    def tally(self) -> str:
        """How many trials ended how, of those that ended since it is followed."""
        shown = dict.fromkeys(("complete", "pruned", "infeasible", "failed"), 0)
        counted = {**shown, **self.counts}.items()
        since = "since then: " if self.setting.done else ""
        return since + ", ".join(f"{number} {status}" for status, number in counted)

    def headline(self) -> str:
        """The study, its data and what it runs on."""
        return f"{self.setting.study}: {self.setting.data}; on {self.setting.device}"

    def best_line(self) -> str:
        """The best so far beside the baseline."""
        if self.best is None:
            return f"{count(len(self.running), 'trial')} running, none complete yet"
        line = f"best {self.setting.metric} {value(self.best.value)} (trial {self.best.number})"
        if self.baseline and self.baseline.value is not None and self.baseline != self.best:
            line += f"; baseline {value(self.baseline.value)}"
        return line
