"""What is counted in memory is what the storage says, whoever writes to it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import optuna
import pytest
from optuna.samplers import RandomSampler
from toy import Toy

from automl.core.records import COUNTED
from automl.core.trial import Config, Measurement, Status, TrialResult
from automl.tuning import PRUNERS
from automl.tuning.journal import Journal
from automl.tuning.storage import open_storage
from automl.tuning.study import SharedStudy, create_study, open_study
from automl.tuning.study_state import StudyState
from automl.tuning.trial_records import (
    CONFIG,
    fingerprint,
    has_begun,
    note_begin,
    note_end,
    status_of,
)

ENDS = (Status.COMPLETE, Status.COMPLETE, Status.PRUNED, Status.DIVERGED, Status.FAILED)
CONFIGS = [Config((), {"x": each}) for each in range(6)]


def open_twice(path: Path | str, lock: Path, minimize: tuple[str, ...]) -> list[SharedStudy]:
    """One study as two processes have it."""
    pruner = PRUNERS["none"](1)
    storage, other = open_storage(path), open_storage(path)
    first = create_study(storage, "s", "score", True, RandomSampler(), pruner, lock, minimize)
    return [first, open_study(other, "s", RandomSampler(), pruner, lock)]


def step(study: SharedStudy, going: list[optuna.Trial], random: Random) -> None:
    """Something that a search does."""
    action = random.choice(["ask", "ask", "end", "end", "pause", "reject", "enqueue"])
    if action == "ask":
        trial = study.ask()
        if not has_begun(trial):
            note_begin(trial, random.choice(CONFIGS), random.randrange(4), random.randrange(4))
        going.append(trial)
    elif action == "reject":
        study.reject(study.ask(), "it cannot be", 1.0)
    elif action == "enqueue":
        study.enqueue({"x": 1})
    elif going:
        trial = going.pop(random.randrange(len(going)))
        status = Status.PAUSED if action == "pause" else random.choice(ENDS)
        measured = Measurement(1, 1.0, {"score": random.randrange(4)}, 0.1)
        value = measured.metrics["score"]
        note_end(trial, TrialResult(trial.number, status, (measured,), value), "")
        study.tell(trial)


def check(standing: StudyState, trials: list[optuna.trial.FrozenTrial]) -> None:
    """See that it says what going through all trials says."""
    statuses = [status_of(each) for each in trials]
    running = [each for each in trials if each.state == optuna.trial.TrialState.RUNNING]
    assert [each.number for each in standing.running()] == [each.number for each in running]
    counted = sum(each in COUNTED for each in statuses)
    assert standing.claimed == len(running) + counted
    assert standing.begun == sum(map(has_begun, trials))
    waiting = [each for each in trials if each.state == optuna.trial.TrialState.WAITING]
    assert standing.has_waiting == bool(waiting)
    record = standing.records()
    assert standing.best_complete() == [
        each.number for each in record.ranked if each.status == "complete"
    ]
    if record.minimize:
        assert standing.front() == {each.number for each in record.front}
    for config in CONFIGS:
        number = standing.twin(-1, config)
        same = [
            each.number for each in trials if each.user_attrs.get(CONFIG) == fingerprint(config)
        ]
        assert number == min(same, default=None)


@pytest.mark.parametrize(
    ("kind", "minimize"),
    [
        ("journal", ()),
        ("journal", ("parameters",)),
        ("journal", ("parameters", "flops")),
        ("database", ("flops",)),
    ],
)
def test_two_that_write_see_the_same_as_the_storage(
    kind: str, minimize: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "s.journal" if kind == "journal" else f"sqlite:///{tmp_path}/s.db"
    studies = open_twice(path, tmp_path / "lock", minimize)
    random, going = Random(len(minimize)), [list[optuna.Trial](), list[optuna.Trial]()]
    reader = optuna.load_study(study_name="s", storage=open_storage(path))
    for _ in range(60):
        at = random.randrange(2)
        step(studies[at], going[at], random)
        looked = studies[random.randrange(2)].state
        check(looked, reader.trials)


def test_a_search_reads_all_trials_no_more_often_for_more_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0
    plain = Journal.get_all_trials

    def counting(self: Journal, *arguments: object, **options: object) -> object:
        nonlocal read
        read += 1
        return plain(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "get_all_trials", counting)
    times = []
    for trials in (5, 25):
        read = 0
        Toy(tmp_path / str(trials), trials=trials).begin()
        times.append(read)
    assert times[0] == times[1]
