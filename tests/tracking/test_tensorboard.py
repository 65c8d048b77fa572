"""What TensorBoard reads of what was written for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from patience import PATIENCE
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tracked_trials import PARAMETERS, complete, small_trial, step

from automl.tracking.tensorboard import TensorBoard
from automl.tracking.tracker import TrackedTrial, TrialEnd

# TensorBoard imports TensorFlow for seconds where it is installed, and needs none of it here.
SERVE = """
import sys
sys.modules["tensorflow"] = None
from tensorboard.main import run_main
run_main()
"""


def read(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder), {"tensors": 0, "images": 0}).Reload()


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(each.step, each.value) for each in read(folder).Scalars(tag)]


def text(folder: Path, tag: str) -> str:
    (event,) = read(folder).Tensors(f"{tag}/text_summary")
    return str(event.tensor_proto.string_val[0].decode())


def track(trial: TrackedTrial, steps: int, ending: TrialEnd) -> None:
    tracked = TensorBoard().begin(trial)
    for number in range(1, steps + 1):
        tracked.measure(step(number))
    tracked.end(ending)


def test_every_metric_and_the_epoch_at_every_step(trial: TrackedTrial) -> None:
    track(trial, 4, complete(trial.folder))
    assert scalars(trial.folder, "accuracy") == [(1, 0.125), (2, 0.25), (3, 0.375), (4, 0.5)]
    assert scalars(trial.folder, "epoch") == [(1, 0.5), (2, 1.0), (3, 1.5), (4, 2.0)]
    assert scalars(trial.folder, "best/accuracy") == [(4, 0.5)]


def test_steps_are_dated_by_the_seconds_of_training(trial: TrackedTrial) -> None:
    track(trial, 3, TrialEnd("pruned"))
    times = [each.wall_time for each in read(trial.folder).Scalars("accuracy")]
    assert [round(each - times[0], 3) for each in times] == [0.0, 1.0, 2.0]


def test_pictures_and_tables(trial: TrackedTrial) -> None:
    track(trial, 2, complete(trial.folder))
    (picture,) = read(trial.folder).Images("confusion")
    assert (picture.step, picture.width, picture.height) == (2, 8, 4)
    assert text(trial.folder, "mistakes").splitlines() == [
        "| text | truth | answer |",
        "| --- | --- | --- |",
        "| a &#124; b c | good | bad, really |",
        "| приплыли | bad | good |",
    ]


def test_why_a_trial_ended(trial: TrackedTrial) -> None:
    track(trial, 1, TrialEnd("pruned", "asha at epoch 0.5"))
    assert text(trial.folder, "status") == "pruned: asha at epoch 0.5"


def test_a_trial_that_goes_on_has_each_step_once(trial: TrackedTrial) -> None:
    track(trial, 2, TrialEnd("paused"))
    track(trial, 4, TrialEnd("complete"))
    assert [number for number, _ in scalars(trial.folder, "accuracy")] == [1, 2, 3, 4]


def test_what_was_measured_is_on_disk_at_once(trial: TrackedTrial) -> None:
    tracked = TensorBoard().begin(trial)
    tracked.measure(step(1))
    assert scalars(trial.folder, "accuracy") == [(1, 0.125)]
    tracked.end(TrialEnd("paused"))


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    """Two trials that drew different parameters, one of them pruned."""
    folder = tmp_path / "trials"
    track(small_trial(folder / "0000", number=0), 4, TrialEnd("complete", value=0.5))
    other = {"optimizer": "sgd", "optimizer.sgd.momentum": 0.9}
    second = replace(small_trial(folder / "0001", number=1), parameters=other)
    track(second, 2, TrialEnd("pruned", value=0.25))
    return folder


def ask(url: str, path: str, request: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"experimentName": "", **request}).encode()
    asked = urllib.request.Request(
        f"{url}data/plugin/hparams/{path}", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def served(logdir: Path) -> Iterator[str]:
    """The address of TensorBoard itself, once it serves."""
    where = ("--logdir", str(logdir), "--host", "127.0.0.1", "--port", "0", "--load_fast", "false")
    command = [sys.executable, "-c", SERVE, *where]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = iter(server.stderr or ())
            yield next(found[0] for line in said if (found := re.search(r"http://\S+/", line)))
        finally:
            server.terminate()
            server.communicate()


def experiment_of(url: str) -> dict[str, Any]:
    """What the HParams tab is made of, once it is served and both trials are read."""
    found: dict[str, Any] = {}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(URLError):
            found = ask(url, "experiment", {})
        if len(found.get("hparamInfos", ())) > len(PARAMETERS):
            return found
        time.sleep(0.1)
    raise AssertionError(f"TensorBoard has {found}")


@pytest.mark.slow
def test_the_hparams_tab_has_all_trials_with_all_parameters_in_one_table(trials: Path) -> None:
    with served(trials) as url:
        experiment = experiment_of(url)
        check_table(url, experiment)


def check_table(url: str, experiment: dict[str, Any]) -> None:
    parameters = {each["name"] for each in experiment["hparamInfos"]}
    assert parameters == {*PARAMETERS, "optimizer.sgd.momentum"}
    states = ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING", "STATUS_UNKNOWN"]
    columns = [{"metric": each["name"]} for each in experiment["metricInfos"]]
    request = {"allowedStatuses": states, "colParams": columns, "startIndex": 0, "sliceSize": 9}
    groups = ask(url, "session_groups", request)["sessionGroups"]
    found = {each["name"]: each for each in groups}
    assert found["digits/0000"]["hparams"] == PARAMETERS
    assert found["digits/0001"]["hparams"]["optimizer.sgd.momentum"] == 0.9
    assert {last(each, "accuracy") for each in groups} == {0.5, 0.25}
    assert {last(each, "best/accuracy") for each in groups} == {0.5, 0.25}


def last(group: dict[str, Any], metric: str) -> float:
    (value,) = (v["value"] for v in group["metricValues"] if v["name"]["tag"] == metric)
    return float(value)
