"""The search itself, with the real Optuna and the real journal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from toy import CHOICE, STEPS, Recorder, Toy, ToySpace

from automl.core.distributions import Choices, Range
from automl.core.errors import StudyError
from automl.tuning.storage import open_storage
from automl.tuning.trial_records import load_record


def test_runs_its_total_and_ranks_by_the_metric(tmp_path: Path) -> None:
    outcome = Toy(tmp_path, trials=6).begin()
    values = [trial.objective for trial in outcome.study.ranked]
    assert outcome.reason == "done"
    assert len(values) == 6
    assert values == sorted(values, reverse=True)


def test_trial_0_is_the_baseline(tmp_path: Path) -> None:
    outcome = Toy(tmp_path, trials=2).begin({"x": 0.25})
    assert outcome.study.trials[0].parameters == {"x": 0.25}


def test_the_total_is_the_studys_also_after_a_resume(tmp_path: Path) -> None:
    Toy(tmp_path, trials=3).begin()
    assert Toy(tmp_path, trials=3).go_on().study.counted == 3
    assert Toy(tmp_path, trials=5).go_on().study.counted == 5


def test_a_network_that_cannot_be_built_takes_no_worker_and_is_told(tmp_path: Path) -> None:
    toy = Toy(tmp_path, trials=4, limit=0.5)
    study = toy.begin({"x": 0.9}).study
    first = study.trials[0]
    assert first.status == "infeasible"
    assert first.reason == "x (=0.9) must not be over 0.5"
    assert study.count("complete") == 4
    assert all(trial.objective <= 0.5 for trial in study.ranked)


def test_infeasible_trials_teach_the_sampler(tmp_path: Path) -> None:
    """With most of the space out of bounds, TPE comes to draw inside of it."""
    study = Toy(tmp_path, trials=40, limit=0.2, sampler="tpe").begin().study
    drawn = [trial.status == "complete" for trial in study.trials]
    assert sum(drawn[-20:]) > sum(drawn[:20])


def test_a_configuration_already_run_is_not_run_again(tmp_path: Path) -> None:
    toy = Toy(tmp_path, CHOICE, trials=10)
    outcome = toy.begin()
    assert outcome.reason == "exhausted"
    assert outcome.study.count("complete") == 3
    twins = [trial for trial in outcome.study.trials if trial.status == "duplicate"]
    assert twins
    assert twins[0].reason.startswith("the same configuration as trial ")


def test_grid_runs_every_configuration_once_and_ends(tmp_path: Path) -> None:
    space = ToySpace(
        {"x": Choices((1, 2)), "y": Range(0, 2)},
        depends=lambda values: {"z": Choices(("a", "b"))} if values["x"] == 1 else {},
    )
    outcome = Toy(tmp_path, space, sampler="grid", trials=100).begin()
    assert outcome.study.count("complete") == 3 * 2 + 3
    assert outcome.reason == "exhausted"


def test_a_failing_trial_costs_that_trial_alone(tmp_path: Path) -> None:
    space = ToySpace({"x": Range(0.0, 1.0), "fails": Choices((True, False))})
    study = Toy(tmp_path, space, trials=12).begin().study
    failed = [trial for trial in study.trials if trial.status == "failed"]
    assert failed
    assert all(trial.reason == "told to fail" for trial in failed)
    assert study.count("complete", "failed") == 12
    assert study.best is not None


def test_weak_trials_are_pruned_with_their_reason(tmp_path: Path) -> None:
    study = Toy(tmp_path, trials=30, pruner="asha").begin().study
    pruned = [trial for trial in study.trials if trial.status == "pruned"]
    assert pruned
    assert "asha at epoch 0.5: score" in pruned[0].reason
    assert study.best is not None
    assert study.best.status == "complete"


def test_a_stop_pauses_and_a_resume_goes_on_where_it_stood(tmp_path: Path) -> None:
    toy = Toy(tmp_path, trials=3)
    toy.recorder = Recorder(on_measure=lambda number, measured: _stop_at(toy, number, measured))
    stopped = toy.begin()
    assert stopped.reason == "interrupted"
    assert [trial.status for trial in stopped.study.trials] == ["complete", "paused"]

    outcome = Toy(tmp_path, trials=3).go_on()
    assert reports(tmp_path) == [[1, 2, 3, 4]] * 3
    assert [trial.status for trial in outcome.study.trials] == ["complete"] * 3
    assert outcome.study.trials[1].parameters == stopped.study.trials[1].parameters
    assert stopped.study.trials[1].reason == "interrupted"
    assert outcome.study.trials[1].reason == ""


def _stop_at(toy: Toy, number: int, measured: object) -> None:
    if (number, measured.step) == (1, 2):  # type: ignore[attr-defined]
        toy.stop.set()


def reports(root: Path) -> list[list[int]]:
    """The steps that each trial reported to the journal, one entry a line."""
    found: dict[int, list[int]] = {}
    for line in (root / "studies.journal").read_text().splitlines():
        log = json.loads(line)
        if log["op_code"] == 7:
            found.setdefault(log["trial_id"], []).append(log["step"])
    return [found[trial] for trial in sorted(found)]


def test_an_error_in_the_search_leaves_no_trial_running(tmp_path: Path) -> None:
    def fail(number: int, measured: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Toy(tmp_path, recorder=Recorder(on_measure=fail)).begin()
    study = load_record(open_storage(tmp_path / "studies.journal"), "toy")
    assert [trial.status for trial in study.trials] == ["waiting"]


@pytest.mark.slow
def test_a_killed_driver_leaves_nothing_that_a_resume_does_not_take_up(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys; from toy import Toy, Recorder\n"
        "kill = lambda n, m: os.kill(os.getpid(), 9) if (n, m.step) == (1, 2) else None\n"
        "Toy(pathlib.Path(sys.argv[1]), trials=3, recorder=Recorder(on_measure=kill)).begin()"
    )
    here = str(Path(__file__).parents[1])
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=here, check=False)
    assert run.returncode == -9
    before = load_record(open_storage(tmp_path / "studies.journal"), "toy")
    assert before.trials[1].status == "waiting"  # for whoever takes it up

    outcome = Toy(tmp_path, trials=3).go_on()
    assert [trial.status for trial in outcome.study.trials] == ["complete"] * 3
    assert outcome.study.trials[1].parameters == before.trials[1].parameters


def test_the_time_limit_pauses_what_runs(tmp_path: Path) -> None:
    outcome = Toy(tmp_path, trials=1_000_000, timeout=0.5).begin()
    assert outcome.reason == "time limit"
    assert outcome.seconds < 20
    assert outcome.study.count("running") == 0


def test_a_trial_is_told_how_long_it_may_train(tmp_path: Path) -> None:
    """An eighth of the time, so that each worker trains several."""
    toy = Toy(tmp_path, trials=2, timeout=80.0)
    toy.begin()
    specs = [toy.store.study("toy").trial(number).spec() for number in range(2)]
    assert [spec.max_seconds for spec in specs] == [10.0, 10.0]


def test_a_deterministic_search_trains_all_trials_in_full(tmp_path: Path) -> None:
    toy = Toy(tmp_path, trials=1, timeout=80.0, deterministic=True)
    toy.begin()
    assert toy.store.study("toy").trial(0).spec().max_seconds is None


def test_only_the_best_few_keep_their_weights(tmp_path: Path) -> None:
    toy = Toy(tmp_path, trials=8)
    best = {trial.number for trial in toy.begin().study.ranked[:3]}
    kept = {int(file.parent.name) for file in tmp_path.glob("toy/trials/*/weights.safetensors")}
    assert kept == best


def test_the_whole_curve_is_in_the_trials_folder(tmp_path: Path) -> None:
    toy = Toy(tmp_path, trials=1)
    toy.begin()
    curve = toy.store.study("toy").trial(0).curve()
    assert [each.step for each in curve] == list(range(1, STEPS + 1))


def test_a_name_that_is_taken_in_the_storage(tmp_path: Path) -> None:
    Toy(tmp_path, trials=1).begin()
    with pytest.raises(StudyError, match="--name toy-2"):
        Toy(tmp_path, trials=1).begin()
