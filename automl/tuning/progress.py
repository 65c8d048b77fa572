"""The progress of a search and the time it still takes, as views show them."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field

from automl.core.final import FINALISTS, FinalProgress, refit_rounds
from automl.core.records import COUNTED, TrialRecord
from automl.core.text import count, duration, value
from automl.core.trial import Measurement
from automl.tuning.context import SearchContext

# An estimate of the time left is shown once so much was trained in this run: half a training.
ENOUGH = 0.5
# From so much more at most than at least on, both are told.
APART = 1.5


@dataclass
class SearchProgress:
    """Counts what a watcher is told of a search.

    Args:
        context: Context of the search.
    """

    context: SearchContext
    running: dict[int, Measurement | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    fits: FinalModelProgress | None = None

    def __post_init__(self) -> None:
        self.best, self.baseline = self.context.begun.best, self.context.begun.baseline
        self._done = self.context.begun.counted
        self._pace = Pace(self.context.plan.epochs, self.context.slots)
        self._heard: dict[int, float] = {}  # running trial -> time of its last event
        self._ended_as: dict[int, str] = {}  # trial of this run -> its status
        # Trials that earlier runs have pruned: some may be held at a rung.
        self._held_before = {each.number for each in self.context.begun.having("pruned")}

    def start(self, number: int) -> None:
        """A trial went to a worker, perhaps one that was pruned at a rung and goes on."""
        if before := self._ended_as.pop(number, ""):
            self.counts[before] -= 1
        self._done -= number in self._held_before
        self._held_before.discard(number)
        self.running[number] = None
        self._heard[number] = time.monotonic()

    def measure(self, number: int, measurement: Measurement) -> None:
        """A trial took a reporting step."""
        self.running[number] = measurement
        self._heard[number] = time.monotonic()

    def since(self, number: int) -> float:
        """Seconds since the last event of a running trial."""
        return time.monotonic() - self._heard[number]

    def end(self, trial: TrialRecord) -> None:
        """A trial ended."""
        self._pace.end(trial, self.running.pop(trial.number, None))
        self._heard.pop(trial.number, None)
        self.counts[trial.status] = self.counts.get(trial.status, 0) + 1
        self._ended_as[trial.number] = trial.status
        if trial.number == 0:
            self.baseline = trial
        if trial.status == "complete" and trial.beats(self.best, self.context.maximize):
            self.best = trial

    def finalizing(self, now: FinalProgress) -> FinalModelProgress:
        """The final model is being made."""
        if self.fits is None:
            self.fits = FinalModelProgress(now, self.context.slots, before=now.done)
        self.fits.now = now
        return self.fits

    @property
    def elapsed(self) -> float:
        """Seconds since this run began."""
        return time.monotonic() - self.context.began

    @property
    def ended(self) -> int:
        """Number of trials that have ended, including those of earlier runs."""
        return self._done + self._ended_now

    @property
    def _ended_now(self) -> int:
        return sum(self.counts.get(status, 0) for status in COUNTED)

    @property
    def share(self) -> float:
        """Share of the search that is over, by its trials or by its time; 0 to 1."""
        plan = self.context.plan
        timed = 0.0 if plan.timeout is None else self.elapsed / plan.timeout
        return min(max(self.ended / plan.trials, timed), 1.0)

    def time_left(self) -> str:
        """Time left in words, including the final model; "" while unknown."""
        if self.fits is not None:
            return self.fits.time_left()
        limit = self.context.plan.timeout
        until = None if limit is None else max(limit - self.elapsed, 0.0)
        if until == 0:
            return "time is up"
        waiting = max(self.context.plan.trials - self.ended - len(self.running), 0)
        running = [(each, self.since(number)) for number, each in self.running.items()]
        left = self._pace.left(waiting, running, self._final_rounds(waiting))
        if left is not None and left.most > 0:
            return left.in_words(until)
        return f"at most {duration(until)} left" if until and left is None else ""

    def _final_rounds(self, waiting: int) -> int:
        """Number of trainings in a row for the final model, as far as there are trials for them."""
        plan = self.context.plan
        complete = self._done + self.counts.get("complete", 0)
        finalists = min(FINALISTS, complete + waiting + len(self.running))
        if not plan.finalize or not finalists:
            return 0
        return refit_rounds(finalists, 1, self.context.slots) + plan.single

    def tally(self) -> str:
        """Number of trials by status, of those that ended in this run."""
        shown = dict.fromkeys(("complete", "pruned", "infeasible", "failed"), 0)
        counted = {**shown, **self.counts}.items()
        since = "since then: " if self._done else ""
        return since + ", ".join(f"{number} {status}" for status, number in counted)

    def headline(self) -> str:
        """The study, its data and its workers."""
        return f"{self.context.plan.name}: {self.context.data}; on {self.context.device}"

    def best_line(self) -> str:
        """The best trial so far, and the baseline."""
        if self.best is None:
            running = f"{count(len(self.running), 'trial')} running, none complete yet"
            return running if self.running else "sampling the next trial"
        line = f"best {self.context.metric} {value(self.best.objective)} (trial {self.best.number})"
        if self.baseline and self.baseline.objective is not None and self.baseline != self.best:
            line += f"; baseline {value(self.baseline.objective)}"
        compared = self.context.begun.compared()
        return f"{line}; {compared}" if compared else line


@dataclass
class FinalModelProgress:
    """The trainings for a final model: refits side by side, then perhaps one alone.

    Args:
        now: Progress of the trainings.
        slots: Number of refits that run at once.
        before: Number of trainings that earlier runs have done.
        started: Time at which this run began them, by a clock that only goes forward.
    """

    now: FinalProgress
    slots: int
    before: float
    started: float = field(default_factory=time.monotonic)

    @property
    def headline(self) -> str:
        """Number of finished trainings, or what follows them."""
        if self.now.whole >= self.now.total:
            return "measuring the final model on the test split and writing it"
        return f"{self.now.whole}/{self.now.total} trainings of the final model"

    def time_left(self) -> str:
        """Time left in words, from the pace of this run; "" while unknown."""
        trained, left = self.now.done - self.before, self.now.total - self.now.done
        if trained < ENOUGH or left <= 0:
            return ""
        refits = self.now.total - self.now.alone
        together = max(min(self.slots, refits), 1)
        elapsed = time.monotonic() - self.started
        # Refits ran side by side, and what followed them ran alone.
        alone = max(self.now.done - max(refits, self.before), 0.0)
        one = elapsed / ((trained - alone) / together + alone)
        still = max(refits - self.now.done, 0.0) / together + min(left, self.now.alone)
        return f"about {duration(max(one * still, 1))} left"


@dataclass(frozen=True)
class TimeSpan:
    """Seconds that something takes: at the pace so far, and if no trial is pruned."""

    least: float
    most: float

    def __add__(self, other: TimeSpan) -> TimeSpan:
        return TimeSpan(self.least + other.least, self.most + other.most)

    def in_words(self, limit: float | None) -> str:
        """``"about 40 s left"``, ``"40 s to 3 min 10 s left"``, ``"at most 30 s left"``.

        Args:
            limit: Seconds until the search ends in any case, or None.
        """
        if limit is not None and limit <= self.least:
            return f"at most {duration(limit)} left"
        most = self.most if limit is None else min(self.most, limit)
        if most > APART * self.least:
            return f"{duration(max(self.least, 1))} to {duration(most)} left"
        return f"about {duration(max(most, 1))} left"


@dataclass
class Pace:
    """The seconds that trials of this run have taken, and an estimate of the time left.

    Complete trials say how long a full trial takes; of the others only their share is known.

    Args:
        epochs: Epochs of a full trial.
        slots: Number of trials that run at once.
    """

    epochs: int
    slots: int
    _whole: list[float] = field(default_factory=list)
    _short: list[float] = field(default_factory=list)
    _rates: list[float] = field(default_factory=list)  # seconds per epoch

    def end(self, trial: TrialRecord, last: Measurement | None = None) -> None:
        """Learn from a trial that ended.

        Args:
            trial: The trial.
            last: Its last measurement, whose seconds do not include the start of the worker; None
                if it measured nothing.
        """
        seconds = trial.seconds if last is None else last.seconds
        if trial.status == "complete":
            self._whole.append(seconds)
        elif trial.status in COUNTED:
            self._short.append(seconds)
            if trial.epoch:
                self._rates.append(seconds / trial.epoch)

    def left(
        self, waiting: int, running: Collection[tuple[Measurement | None, float]], rounds: int
    ) -> TimeSpan | None:
        """Time left; None before the first measurement.

        Args:
            waiting: Number of trials that have not begun.
            running: Last measurement of each running trial, and the seconds since then.
            rounds: Number of trainings for the final model that follow one another.
        """
        whole = self._seconds_of_whole([each for each, _ in running if each is not None])
        if whole is None:
            return None
        rests = [self._rest(measured, since, whole) for measured, since in running]
        trials = self._trials(waiting, rests, whole)
        final = whole * rounds
        return trials + TimeSpan(final, final)

    def _trials(self, waiting: int, rests: list[float], whole: float) -> TimeSpan:
        ended = len(self._whole) + len(self._short)
        mean = (sum(self._whole) + sum(self._short)) / ended if ended else whole
        longest = max([*rests, whole if waiting else 0.0])
        most = (sum(rests) + waiting * whole) / self.slots
        usual = (sum(rests) + waiting * min(mean, whole)) / self.slots
        return TimeSpan(max(usual, longest), max(most, longest))

    def _seconds_of_whole(self, running: list[Measurement]) -> float | None:
        if self._whole:
            return sum(self._whole) / len(self._whole)
        rates = [*self._rates, *(each.seconds / each.epoch for each in running if each.epoch)]
        return self.epochs * max(rates) if rates else None

    def _rest(self, measured: Measurement | None, since: float, whole: float) -> float:
        if measured is None or not measured.epoch:
            return whole
        rate = measured.seconds / measured.epoch
        return max(rate * (self.epochs - measured.epoch) - since, 0.0)
