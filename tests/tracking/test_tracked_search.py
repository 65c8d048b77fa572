"""Tracking through the command line: two trackers at once, read back by their own libraries."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import LONG, TINY, automl, start
from offline_run import OfflineRun, read_runs
from patience import PATIENCE
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

pytestmark = pytest.mark.slow

BOTH = ("--no-finalize", "--executor", "local", "--track", "tensorboard", "--track", "wandb")


def shown(results: Path, study: str) -> list[dict[str, Any]]:
    told = automl("show", study, "--json", cwd=results.parent)
    trials: list[dict[str, Any]] = json.loads(told.stdout)["trials"]
    return trials


def events(trial: Path) -> list[tuple[int, float]]:
    read = EventAccumulator(str(trial)).Reload()
    return [(each.step, each.value) for each in read.Scalars("accuracy")]


def only_run(trial: Path) -> OfflineRun:
    (run,) = read_runs(trial)
    return run


def curve(trial: Path) -> list[tuple[int, float]]:
    rows = map(json.loads, (trial / "curve.jsonl").read_text().splitlines())
    return [(row["step"], pytest.approx(row["metrics"]["accuracy"])) for row in rows]


def test_a_search_is_tracked_by_both_and_so_is_what_a_resume_adds(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    searched = automl("search", "tiny.yaml", "--trials", "1", *BOTH, cwd=tmp_path)
    assert searched.returncode == 0, searched.stderr
    assert searched.stderr == ""
    assert "tensorboard --logdir results/tiny/trials" in searched.stdout
    assert "wandb sync results/tiny/trials/*/wandb/offline-run-*" in searched.stdout
    resumed = automl("resume", "tiny", "--trials", "2", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    trials = shown(tmp_path / "results", "tiny")
    assert len(trials) == 2
    for trial in trials:
        check(tmp_path / "results" / "tiny" / "trials" / f"{trial['number']:04d}", trial)
    assert {each.name for each in tmp_path.iterdir()} == {"tiny.yaml", "results"}


def check(folder: Path, trial: dict[str, Any]) -> None:
    run, measured = only_run(folder), curve(folder)
    assert events(folder) == measured
    assert [(row["_step"], row["accuracy"]) for row in run.history] == measured
    assert run.run.run_group == "tiny"
    assert run.config.items() >= {**trial["parameters"], "space": "tiny.yaml", "seed": 0}.items()
    assert run.summary["value"] == trial["value"]
    assert run.summary["status"] == trial["status"]
    assert run.tags == (trial["status"],)
    pictures = {each.stem for each in (folder / "artifacts").glob("*.png")}
    assert pictures
    assert set(EventAccumulator(str(folder)).Reload().Tags()["images"]) == pictures
    assert {f"{each}._type" for each in pictures} <= set(run.history[-1])


def wait_for_steps(folder: Path, running: subprocess.Popen[str], at_least: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if list(folder.glob("events.*")) and len(events_so_far(folder)) >= at_least:
            return
        assert running.poll() is None, running.communicate()
        time.sleep(0.1)
    raise AssertionError("nothing was tracked")


def events_so_far(folder: Path) -> list[tuple[int, float]]:
    try:
        return events(folder)
    except KeyError:  # nothing is measured yet
        return []


def test_a_trial_that_was_paused_and_goes_on_has_each_step_once(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    trial = tmp_path / "results" / "long" / "trials" / "0000"
    running = start("search", "long.yaml", *BOTH, cwd=tmp_path)
    wait_for_steps(trial, running, 2)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors
    paused = only_run(trial)
    assert paused.tags == ("paused",)
    before = len(events(trial))
    resumed = start("resume", "long", cwd=tmp_path)
    wait_for_steps(trial, resumed, before + 2)
    os.killpg(resumed.pid, signal.SIGINT)
    resumed.communicate(timeout=PATIENCE)
    steps = [number for number, _ in events(trial)]
    assert steps == list(range(1, len(steps) + 1))
    run = only_run(trial)
    assert run.run.run_id == paused.run.run_id
    assert [row["_step"] for row in run.history] == steps


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server of Weights & Biases that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
        monkeypatch.setenv("WANDB_MODE", "online")
        yield


def test_a_server_that_never_answers_holds_up_neither_the_search_nor_its_end(
    silent_server: None, tmp_path: Path
) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    running = start("search", "long.yaml", *BOTH, cwd=tmp_path)
    wait_for_steps(tmp_path / "results" / "long" / "trials" / "0000", running, 2)
    os.killpg(running.pid, signal.SIGTERM)
    output, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert "wandb: did not receive everything in time; the study itself is complete" in output
    assert "Traceback" not in errors
    trials = shown(tmp_path / "results", "long")
    assert "paused" in {each["status"] for each in trials}


def test_a_tracker_that_cannot_write_ends_and_the_search_does_not(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    # A file where the first trial's runs would go.
    (tmp_path / "results" / "tiny" / "trials" / "0000").mkdir(parents=True)
    (tmp_path / "results" / "tiny" / "trials" / "0000" / "wandb").touch()
    searched = automl("search", "tiny.yaml", "--trials", "2", *BOTH, cwd=tmp_path)
    assert searched.returncode == 0, searched.stderr
    complaint = "wandb: tracking ends here, the search continues ("
    assert searched.stdout.count(complaint) == 1
    assert len(shown(tmp_path / "results", "tiny")) == 2
    assert events(tmp_path / "results" / "tiny" / "trials" / "0001")
