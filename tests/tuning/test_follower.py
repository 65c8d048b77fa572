"""Whoever follows a study hears what its search does, and leaves no trace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import optuna
import pytest
from plans import PLAN, make_context
from toy import Recorder

from automl.core.final import FinalProgress
from automl.core.records import TrialRecord
from automl.core.trial import Config, Measurement, Status, TrialResult
from automl.tuning import PRUNERS
from automl.tuning.context import SearchContext, SearchOutcome
from automl.tuning.follower import PATIENCE, PATIENCE_WHILE_ALIVE, FinalModelState, StudyFollower
from automl.tuning.storage import open_storage
from automl.tuning.study import create_study
from automl.tuning.trial_records import StopNote, load_study, note_begin, note_end, study_record

STEPS = 4


class Script(threading.Event):
    """Something happens each time the follower waits; after the last, it is told to stop."""

    def __init__(self, *acts: Callable[[], None]) -> None:
        super().__init__()
        self._acts = list(acts)

    def wait(self, timeout: float | None = None) -> bool:
        if self._acts:
            self._acts.pop(0)()
        else:
            self.set()
        return self.is_set()


@dataclass
class FullRecorder(Recorder):
    """Remembers starts and measurements, too."""

    begun: list[SearchContext] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    measured: list[tuple[int, int, float, float]] = field(default_factory=list)
    finalized: list[FinalProgress] = field(default_factory=list)

    def begin(self, context: SearchContext) -> None:
        self.begun.append(context)

    def start(self, trial: TrialRecord) -> None:
        self.started.append(trial.number)

    def measure(self, number: int, measured: Measurement) -> None:
        value = measured.metrics["score"]
        self.measured.append((number, measured.step, measured.epoch, value))

    def finalizing(self, progress: FinalProgress) -> None:
        self.finalized.append(progress)


class Searched:
    """A study as its search has it, and as somebody else reads it."""

    def __init__(self, root: Path) -> None:
        self.journal = root / "studies.journal"
        sampler, pruner = optuna.samplers.RandomSampler(seed=0), PRUNERS["none"](STEPS)
        storage = open_storage(self.journal)
        self.study = create_study(storage, "toy", "score", True, sampler, pruner, root / "lock")
        self.trials: list[optuna.Trial] = []
        self.watcher = FullRecorder()
        self.progress: FinalProgress | None = None
        self.awaited = False

    def ask(self) -> None:
        trial = self.study.ask()
        note_begin(trial, Config((), {"number": trial.number}), 10, 100)
        self.trials.append(trial)

    def report(self, number: int, step: int, value: float) -> None:
        self.trials[number].report(value, step)

    def tell(self, number: int, status: Status, value: float | None = None) -> None:
        note_end(self.trials[number], TrialResult(number, status, objective=value), "")
        self.study.tell(self.trials[number])

    def follow(self, *acts: Callable[[], None], trials: int = 5) -> SearchOutcome:
        study = load_study(open_storage(self.journal), "toy")
        begun = study_record(study)
        plan = replace(PLAN, name="toy", trials=trials, epochs=1)
        context = make_context(plan, begun=begun)
        finalizing = FinalModelState(lambda: self.progress, lambda study: self.awaited)
        return StudyFollower(study, context, self.watcher, Script(*acts), finalizing).run()


@pytest.fixture
def searched(tmp_path: Path) -> Searched:
    return Searched(tmp_path)


def test_a_trial_is_heard_of_from_its_start_to_its_end(searched: Searched) -> None:
    outcome = searched.follow(
        searched.ask,
        lambda: searched.report(0, 1, 0.5),
        lambda: searched.report(0, 2, 0.7),
        lambda: searched.tell(0, Status.COMPLETE, 0.7),
    )
    assert searched.watcher.started == [0]
    assert searched.watcher.measured == [(0, 1, 0.25, 0.5), (0, 2, 0.5, 0.7)]
    assert [(each.number, each.objective) for each in searched.watcher.ended] == [(0, 0.7)]
    assert outcome.study.best == searched.watcher.ended[0]
    assert outcome.reason == "interrupted"


def test_what_had_ended_before_is_not_told_again(searched: Searched) -> None:
    searched.ask()
    searched.tell(0, Status.COMPLETE, 0.5)
    searched.ask()
    searched.report(1, 1, 0.2)
    searched.follow()
    assert searched.watcher.begun[0].begun.counted == 1
    assert searched.watcher.ended == []
    assert (searched.watcher.started, searched.watcher.measured) == ([1], [(1, 1, 0.25, 0.2)])


def test_a_trial_that_never_ran_ends_without_a_start(searched: Searched) -> None:
    def reject() -> None:
        searched.study.reject(searched.study.ask(), "too large", 1.0)

    searched.follow(reject)
    assert searched.watcher.started == []
    assert [each.status for each in searched.watcher.ended] == ["infeasible"]


def test_a_paused_trial_that_goes_on_starts_again(searched: Searched) -> None:
    def go_on() -> None:
        searched.trials[0] = searched.study.ask()

    searched.ask()
    searched.follow(lambda: searched.tell(0, Status.PAUSED, 0.3), go_on)
    assert [each.status for each in searched.watcher.ended] == ["paused"]
    assert searched.watcher.started == [0, 0]


def test_a_trial_that_was_pruned_at_a_rung_and_goes_on_starts_again(searched: Searched) -> None:
    def hold() -> None:
        StopNote(1, "asha", rung=1).keep(searched.trials[0])
        searched.tell(0, Status.PRUNED, 0.3)

    def go_on() -> None:
        searched.trials[0] = searched.study.take_up(0)

    def wait() -> None:
        """Nothing happens."""

    searched.ask()
    outcome = searched.follow(
        hold, wait, go_on, lambda: searched.tell(0, Status.COMPLETE, 0.5), wait
    )
    assert [each.status for each in searched.watcher.ended] == ["pruned", "complete"]
    assert searched.watcher.started == [0, 0]
    assert outcome.study.trials[0].reason == ""


def test_a_trial_that_was_held_before_is_told_of_once_it_goes_on(searched: Searched) -> None:
    searched.ask()
    StopNote(1, "asha", rung=1).keep(searched.trials[0])
    searched.tell(0, Status.PRUNED, 0.3)
    searched.follow(lambda: None, lambda: None)
    assert searched.watcher.ended == []
    searched.follow(lambda: searched.study.give_up(searched.study.claim_held(0)))
    assert searched.watcher.ended == []
    assert searched.study.state.record(0).status == "pruned"


def test_it_is_done_when_the_study_has_its_total(searched: Searched) -> None:
    searched.ask()
    outcome = searched.follow(lambda: searched.tell(0, Status.PRUNED, 0.5), trials=1)
    assert outcome.reason == "done"
    assert outcome.study.counted == 1


def test_its_final_model_is_waited_for(searched: Searched) -> None:
    searched.awaited = True
    searched.ask()

    def set_progress(done: float | None) -> None:
        searched.progress = None if done is None else FinalProgress(done, 4)

    def finish() -> None:
        searched.awaited = False

    outcome = searched.follow(
        lambda: searched.tell(0, Status.COMPLETE, 0.5),
        lambda: None,
        lambda: set_progress(0.5),
        *[lambda: None] * PATIENCE_WHILE_ALIVE,
        lambda: set_progress(4),
        lambda: set_progress(None),
        finish,
        trials=1,
    )
    assert list(dict.fromkeys(searched.watcher.finalized)) == [
        FinalProgress(0.5, 4),
        FinalProgress(4, 4),
    ]
    assert outcome.reason == "done"


@pytest.mark.parametrize(("alive", "polls"), [(True, PATIENCE_WHILE_ALIVE), (False, PATIENCE)])
def test_a_final_model_that_nobody_makes_is_waited_for_while_its_search_lives(
    alive: bool, polls: int, searched: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl.tuning.follower.is_alive", lambda owner: bool(owner) and alive)
    searched.awaited = True
    searched.ask()
    searched.tell(0, Status.COMPLETE, 0.5)
    waits: list[int] = []
    outcome = searched.follow(*[lambda: waits.append(1)] * 100, trials=1)
    assert outcome.reason == "abandoned"
    assert len(waits) == polls - 1


def test_a_study_that_nobody_searches_is_abandoned(searched: Searched) -> None:
    waits: list[int] = []
    outcome = searched.follow(*[lambda: waits.append(1)] * 10)
    assert outcome.reason == "abandoned"
    assert len(waits) == PATIENCE - 1


def test_nothing_is_written(searched: Searched) -> None:
    searched.ask()
    searched.tell(0, Status.COMPLETE, 0.5)
    before = searched.journal.read_bytes()
    searched.follow(lambda: None)
    assert searched.journal.read_bytes() == before
