"""Training a trial again, to see whether its numbers come again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.api.parts import Datasets
from automl.api.replaying import Replay
from automl.api.then_and_now import chance, change_of_data, changes_of_place, unknown
from automl.api.trained import OWN_ENDS, Trained
from automl.core.comparison import Comparison, Verdict, compare
from automl.core.defaults import RESULTS
from automl.core.leg import Leg
from automl.core.text import count, duration
from automl.core.trial import Measurement, TrialResult
from automl.tuning.watch import Silent, Watcher

if TYPE_CHECKING:
    from automl.core.records import TrialRecord
    from automl.data.dataset import Dataset

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reproduction:
    """A trial beside its replay.

    Args:
        study: The study's name.
        trial: The trial, as the study remembers it.
        metric: The objective's name.
        ended: How the replay ended; "pruned" where it was stopped after as many steps.
        ended_because: Why, in words.
        comparison: Both curves beside each other.
        curve: The replay's.
        legs: The parts that the trial was trained in, and replayed in.
        changes: What is no longer as it was, is not known, or is left to chance, in words.
        seconds: Wall-clock seconds of the replay.
    """

    study: str
    trial: TrialRecord
    metric: str
    ended: str
    ended_because: str
    comparison: Comparison
    curve: tuple[Measurement, ...]
    legs: tuple[Leg, ...]
    changes: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Whether the numbers have come again, and so has the end if it came of them."""
        alike = self.comparison.verdict
        if self.trial.status not in OWN_ENDS:
            return alike
        if self.ended != self.trial.status:
            return Verdict.DIFFERENT
        same_words = self.ended_because == self.trial.reason
        return alike if same_words or alike is not Verdict.EXACT else Verdict.ROUNDING


def reproduce(
    name: str,
    trial: int | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    progress: Progress = lambda done, total: None,
) -> Reproduction:
    """Train a trial of a study again, as far as it was trained, and compare the curves.

    It is trained in a temporary folder with the seed, the threads, the checkpoints in between and
    the determinism that it had; the study is only read.

    Args:
        name: The study's name.
        trial: The trial's number; None is the best.
        results: Folder that the study is in.
        watcher: Hears what is to be known before the replay begins.
        progress: Hears how many of how many reporting steps are done.

    Raises:
        StudyError: if there is no such study or trial, or the trial never trained.
    """
    trained, told = Trained.find(name, trial, results), watcher or Silent()
    data = Datasets.of(trained.plan, told)(trained.spec.config)
    changes = list(change_of_data(trained.record, data))
    for text in (*changes, _announcement(trained)):
        told.announce(text)
    started = time.monotonic()
    result = _replay(trained, data, progress)
    comparison = compare(trained.curve, result.measurements[: len(trained.curve)])
    changes += changes_of_place(trained.legs, result.device)
    changes += unknown(trained)
    if comparison.verdict is not Verdict.EXACT:
        changes += chance(trained.plan, result.device)
    return Reproduction(
        study=name,
        trial=trained.trial,
        metric=trained.spec.metric,
        ended=result.status.value,
        ended_because=result.reason,
        comparison=comparison,
        curve=result.measurements,
        legs=trained.legs,
        changes=tuple(changes),
        seconds=time.monotonic() - started,
    )


def _replay(trained: Trained, data: Dataset, progress: Progress) -> TrialResult:
    with TemporaryDirectory() as scratch:
        # How long one example takes is the day's, and no part of the numbers.
        spec = replace(trained.spec, folder=scratch, max_latency=None)
        replay = Replay(trained.plan, spec, trained.legs, trained.last, data)
        return replay.run(lambda step: progress(step, trained.last))


def _announcement(trained: Trained) -> str:
    """What is about to be done, and how long it took then."""
    which = f"trial {trained.trial.number} of {trained.plan.name}"
    if not trained.curve:
        return f"Replaying {which}, which {trained.trial.status} before its first reporting step"
    steps = count(len(trained.curve), "reporting step")
    return f"Replaying {which}: {steps}, which took {duration(trained.took)} then"
