"""A trial that lost its rung is held, and goes on once it belongs to the better ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.artifacts import get_all_artifact_meta
from optuna.trial import TrialState
from slots_executor import SlotsExecutor
from toy import Recorder, Toy, ToySpace, run_toy

from automl.core.distributions import Choices, Range
from automl.core.trial import Status, TrialSpec
from automl.tuning.progress import SearchProgress
from automl.tuning.rungs import MOST_HELD
from automl.tuning.storage import open_storage
from automl.tuning.trial_records import is_held

# The first three go on in any case. The fourth is held until the better third has four places.
FIRST, HELD = (0.9, 0.8, 0.7), 0.6
WEAK = tuple(x / 1000 for x in range(100, 109))


def space(*later: float) -> ToySpace:
    drawn = {"x": Range(0.0, 1.0)}
    return ToySpace(drawn, starts=tuple({"x": x} for x in (*FIRST[1:], HELD, *later)))


def begin(toy: Toy) -> Any:
    return toy.begin({"x": FIRST[0]}).study


def optuna_trials(root: Path) -> list[optuna.trial.FrozenTrial]:
    storage = open_storage(root / "studies.journal")
    return optuna.load_study(study_name="toy", storage=storage).trials


def states(root: Path) -> set[int]:
    """The trials that have what it takes to go on."""
    return {int(each.parent.name) for each in root.glob("toy/trials/*/state.pt")}


def test_it_goes_on_when_its_place_is_free_and_before_a_new_one_begins(tmp_path: Path) -> None:
    toy = Toy(tmp_path, space(*WEAK), pruner="asha", trials=13)
    study = begin(toy)
    assert study.trials[3].status == "complete"
    assert study.trials[3].reason == ""
    order = [each.number for each in toy.recorder.ended]
    assert order.index(3) < order.index(11)  # pruned, and later
    assert order[order.index(11) + 1] == 3  # complete, before trial 12 began
    assert [each.status for each in toy.recorder.ended if each.number == 3] == [
        "pruned",
        "complete",
    ]


def test_its_steps_are_trained_and_reported_once(tmp_path: Path) -> None:
    toy = Toy(
        tmp_path,
        space(*WEAK),
        pruner="asha",
        trials=13,
        executor=lambda: SlotsExecutor(run_toy, 2),
    )
    assert begin(toy).trials[3].status == "complete"
    reported = optuna_trials(tmp_path)[3].intermediate_values
    assert sorted(reported) == [1, 2, 3, 4]


def test_at_the_end_all_others_are_pruned_and_nothing_is_left_of_them(tmp_path: Path) -> None:
    study = Toy(tmp_path, pruner="asha", trials=30).begin().study
    assert study.count("pruned") > 5
    assert study.counted == 30
    for trial in optuna_trials(tmp_path):
        assert trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
        shown = get_all_artifact_meta(trial, storage=open_storage(tmp_path / "studies.journal"))
        assert shown or trial.state is TrialState.COMPLETE
    assert states(tmp_path) == set()


def test_few_are_held_at_once(tmp_path: Path) -> None:
    most = 0

    def count(number: int, measured: object) -> None:
        nonlocal most
        most = max(most, sum(map(is_held, optuna_trials(tmp_path))))

    toy = Toy(tmp_path, pruner="asha", trials=40, recorder=Recorder(on_measure=count))
    toy.begin()
    assert 3 < most <= MOST_HELD + 1


@pytest.mark.parametrize("deterministic", [False, True])
def test_an_interrupted_search_goes_on_with_what_it_held(
    deterministic: bool, tmp_path: Path
) -> None:
    settings = {"pruner": "asha", "trials": 24, "deterministic": deterministic}
    whole = Toy(tmp_path / "whole", **settings).begin().study  # type: ignore[arg-type]
    toy = Toy(tmp_path / "broken", **settings)  # type: ignore[arg-type]
    toy.recorder = Recorder(on_measure=lambda number, _: toy.stop.set() if number == 17 else None)
    stopped = toy.begin().study
    waiting = [each for each in optuna_trials(tmp_path / "broken") if is_held(each)]
    assert waiting
    assert {stopped.trials[each.number].status for each in waiting} == {"pruned"}
    assert {each.number for each in waiting} <= states(tmp_path / "broken")
    resumed = Toy(tmp_path / "broken", **settings).go_on().study  # type: ignore[arg-type]
    assert [each.status for each in resumed.trials] == [each.status for each in whole.trials]
    assert not any(map(is_held, optuna_trials(tmp_path / "broken")))


def test_a_floor_of_complete_trials_is_reached(tmp_path: Path) -> None:
    """Three that pass the rung fail afterwards, so that weaker ones go on in their places."""

    def fate(spec: TrialSpec, step: int) -> Status | None:
        return Status.LOST if spec.number < 3 and step == 4 else None

    toy = Toy(
        tmp_path,
        space(0.5, 0.4, 0.3),
        pruner="asha",
        trials=7,
        executor=lambda: SlotsExecutor(run_toy, 1, fate=fate),
    )
    study = begin(toy)
    assert [each.status for each in study.trials[:3]] == ["failed"] * 3
    assert [each.number for each in study.having("complete")] == [3, 4, 5]
    assert study.trials[6].status == "pruned"


def test_a_held_trial_takes_its_configuration(tmp_path: Path) -> None:
    drawn = {"x": Choices((0.9, 0.8, 0.7, 0.6, 0.5))}
    toy = Toy(tmp_path, ToySpace(drawn), sampler="grid", pruner="asha", trials=5)
    study = toy.begin().study
    assert sorted(each.parameters["x"] for each in study.trials if each.status != "duplicate") == [
        0.5,
        0.6,
        0.7,
        0.8,
        0.9,
    ]


def test_a_view_counts_it_once(tmp_path: Path) -> None:
    toy = Toy(tmp_path, pruner="asha", trials=30)
    counting: list[SearchProgress] = []

    class Counter(Recorder):
        def begin(self, context: Any) -> None:
            counting.append(SearchProgress(context))

        def start(self, trial: Any) -> None:
            counting[-1].start(trial.number)

        def measure(self, number: int, measurement: Any) -> None:
            counting[-1].measure(number, measurement)

        def end(self, trial: Any) -> None:
            counting[-1].end(trial)

    toy.recorder = Counter()
    study = toy.begin().study
    assert counting[-1].ended == 30
    for status in ("complete", "pruned"):
        assert counting[-1].counts.get(status, 0) == study.count(status)


@pytest.mark.slow
def test_two_searches_of_one_study_share_what_is_held(tmp_path: Path) -> None:
    Toy(tmp_path, pruner="asha", trials=4).begin()
    script = (
        "import pathlib, sys; from toy import Toy\n"
        "print(Toy(pathlib.Path(sys.argv[1]), pruner='asha', trials=40).go_on().reason)"
    )
    here = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", script, str(tmp_path)]
    runs = [subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE) for _ in range(2)]
    reasons = {run.communicate(timeout=300)[0].decode().strip() for run in runs}
    assert reasons <= {"done", "shared"}
    trials = optuna_trials(tmp_path)
    assert {each.state for each in trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    assert len(trials) == 40
    assert all(
        sorted(each.intermediate_values) == [1, 2, 3, 4][: each.last_step] for each in trials
    )
    assert states(tmp_path) == set()
