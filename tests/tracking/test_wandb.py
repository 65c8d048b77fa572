"""What wandb wrote offline, read back record by record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import wandb
from offline_run import OfflineRun, read_runs
from tracked_trials import PARAMETERS, SETTING, complete, small_trial, step

from automl.core.errors import UserError
from automl.tracking.tracker import TrackedTrial, TrialEnd
from automl.tracking.wandb import WeightsAndBiases

pytestmark = pytest.mark.slow


def track(trial: TrackedTrial, steps: int, ending: TrialEnd) -> OfflineRun:
    tracked = WeightsAndBiases().begin(trial)
    for number in range(1, steps + 1):
        tracked.measure(step(number))
    tracked.end(ending)
    wandb.teardown()  # waits until all is written
    (run,) = read_runs(trial.folder)
    return run


def test_the_run_says_whose_it_is(trial: TrackedTrial) -> None:
    run = track(trial, 1, TrialEnd("complete")).run
    assert (run.project, run.run_group, run.job_type) == ("automl", "digits", "trial")
    assert run.display_name == "digits 3"
    assert run.run_id.startswith("digits-0003-")


def test_the_project_may_be_another(trial: TrackedTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    assert track(trial, 1, TrialEnd("complete")).run.project == "mine"


def test_the_config_has_the_parameters_and_what_the_study_shares(trial: TrackedTrial) -> None:
    config = track(trial, 1, TrialEnd("complete")).config
    assert {name: config[name] for name in (*PARAMETERS, *SETTING)} == {**PARAMETERS, **SETTING}


def test_every_metric_and_the_epoch_at_every_step(trial: TrackedTrial) -> None:
    run = track(trial, 3, TrialEnd("complete"))
    assert [row["_step"] for row in run.history] == [1, 2, 3]
    assert run.metrics[2] == {"accuracy": 0.375, "loss": 0.625, "epoch": 1.5}


def test_pictures_and_tables_go_with_the_last_step(trial: TrackedTrial) -> None:
    run = track(trial, 2, complete(trial.folder))
    assert [row["_step"] for row in run.history] == [1, 2]
    last = run.history[-1]
    assert (last["confusion._type"], last["confusion.width"]) == ("image-file", 8)
    assert (last["mistakes._type"], last["mistakes.nrows"]) == ("table-file", 2)


def test_the_summary_says_how_the_trial_ended(trial: TrackedTrial) -> None:
    run = track(trial, 2, replace(complete(trial.folder), status="pruned", reason="asha"))
    expected = {"status": "pruned", "reason": "asha", "value": 0.5, "parameters": 1234}
    assert run.summary.items() >= {**expected, "flops": 5678, "seconds": 4.5}.items()
    assert run.tags == ("pruned",)
    assert run.exit_code == 0


def test_a_trial_that_failed_is_a_run_that_failed(trial: TrackedTrial) -> None:
    assert track(trial, 0, TrialEnd("failed", "out of luck")).exit_code == 1


@pytest.mark.parametrize("status", ["paused", "pruned"])
def test_a_trial_that_goes_on_is_the_same_run_with_each_step_once(
    status: str, trial: TrackedTrial
) -> None:
    paused = track(trial, 2, TrialEnd(status))
    assert paused.tags == (status,)
    run = track(trial, 4, TrialEnd("complete"))
    assert run.run.run_id == paused.run.run_id
    assert [row["_step"] for row in run.history] == [1, 2, 3, 4]
    assert run.tags == ("complete",)


def test_studies_of_one_name_in_two_places_are_not_one_run(tmp_path: Path) -> None:
    runs = [track(small_trial(tmp_path / each), 1, TrialEnd("complete")) for each in ("a", "b")]
    assert runs[0].run.run_id != runs[1].run.run_id


def test_long_names_are_cut(trial: TrackedTrial) -> None:
    run = track(replace(trial, study="ж" * 255), 1, TrialEnd("complete")).run
    assert len(run.run_group) == 128
    assert len(run.display_name) <= 128
    assert len(run.run_id) <= 64


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "online")


def test_without_an_account_it_says_so_before_the_search(no_account: None) -> None:
    with pytest.raises(UserError, match="log in with `wandb login`, or set WANDB_MODE=offline"):
        WeightsAndBiases()


def test_a_key_that_is_none_is_told_before_the_search(
    no_account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "short")
    with pytest.raises(UserError, match="--track wandb: WANDB_API_KEY invalid"):
        WeightsAndBiases()


def test_a_mode_that_is_none_is_told_before_the_search(
    no_account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "sometimes")
    with pytest.raises(UserError, match=r"'online', 'offline'.*'sometimes'"):
        WeightsAndBiases()


def test_disabled_is_nothing_at_all(trial: TrackedTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    tracker = WeightsAndBiases()
    tracked = tracker.begin(trial)
    tracked.measure(step(1))
    tracked.end(complete(trial.folder))
    assert read_runs(trial.folder) == []
    assert tracker.look(trial.folder.parent) is None
