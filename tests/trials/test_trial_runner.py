"""One trial in a worker: it ends in a result, whatever happens."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from automl.core.target import Quantities
from automl.core.trial import (
    CONTINUE,
    Config,
    Decision,
    Measurement,
    Status,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
)
from automl.data.dataset import Dataset
from automl.data.load import load_dataset
from automl.training.settings import TrainingSettings
from automl.trials import make_runner
from automl.trials.runner import explain

NETWORK = (
    {"flatten": {}},
    {"dense": {"units": 16, "bias": True}},
    {"activation": {"name": "relu"}},
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, 0, print)


QUICK = {"batch_size": 32, "optimizer": {"adamw": {"lr": 0.01}}}


def make_spec(place: Path, network: Any = NETWORK, **training: Any) -> TrialSpec:
    settings = TrainingSettings(epochs=2, **(QUICK | training)).model_dump(mode="json")
    return TrialSpec(
        number=3,
        task="image_classification",
        data="digits",
        config=Config(network, settings),
        seed=5,
        epochs=2,
        metric="accuracy",
        maximize=True,
        folder=str(place),
    )


def run(trial: Trial, decide: Any = lambda measurement: CONTINUE) -> TrialResult:
    """Advance a trial to its end."""
    decision = None
    while True:
        try:
            measurement: Measurement = trial.send(decision)  # type: ignore[arg-type]
        except StopIteration as end:
            return end.value
        decision = decide(measurement)


def stop_at(step: int, verdict: Verdict) -> Any:
    return lambda measured: Decision(verdict, "because") if measured.step == step else CONTINUE


def test_a_whole_trial_learns_and_leaves_its_best_weights(digits: Dataset, tmp_path: Path) -> None:
    result = run(make_runner(1)(make_spec(tmp_path), digits))
    assert result.status is Status.COMPLETE
    assert result.value == max(each.metrics["accuracy"] for each in result.measurements)
    assert result.value > 0.7
    assert result.checkpoint == str(tmp_path / "weights.safetensors")
    assert load_file(result.checkpoint)
    assert result.device == ("cuda" if torch.cuda.is_available() else "cpu")


def test_the_same_spec_gives_the_same_curve(digits: Dataset, tmp_path: Path) -> None:
    runner = make_runner(1)
    first, second = (run(runner(make_spec(tmp_path), digits)) for _ in range(2))
    assert [each.metrics for each in first.measurements] == [
        each.metrics for each in second.measurements
    ]


def test_a_pruned_trial_says_why_and_leaves_nothing(digits: Dataset, tmp_path: Path) -> None:
    result = run(make_runner(1)(make_spec(tmp_path), digits), stop_at(2, Verdict.STOP))
    assert (result.status, result.reason) == (Status.PRUNED, "because")
    assert len(result.measurements) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_paused_trial_goes_on_to_the_same_curve(digits: Dataset, tmp_path: Path) -> None:
    whole = run(make_runner(1)(make_spec(folder(tmp_path, "whole")), digits))
    spec = make_spec(folder(tmp_path, "paused"))
    paused = run(make_runner(1)(spec, digits), stop_at(3, Verdict.PAUSE))
    assert paused.status is Status.PAUSED
    resumed = run(make_runner(1)(replace(spec, resume=True), digits))
    assert resumed.status is Status.COMPLETE
    assert [each.metrics for each in resumed.measurements] == [
        each.metrics for each in whole.measurements
    ]
    assert resumed.value == whole.value


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def test_a_network_that_cannot_be_built_is_infeasible(digits: Dataset, tmp_path: Path) -> None:
    network = ({"max_pool2d": {"size": 9, "stride": None}}, {"flatten": {}})
    result = run(make_runner(1)(make_spec(tmp_path, network), digits))
    assert result.status is Status.INFEASIBLE
    assert "window" in result.reason


def test_divergence_fails_the_trial_with_its_reason(digits: Dataset, tmp_path: Path) -> None:
    optimizer = {"sgd": {"lr": 1e38, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0}}
    result = run(make_runner(1)(make_spec(tmp_path, optimizer=optimizer), digits))
    assert result.status is Status.FAILED
    assert "nan" in result.reason.lower() or "inf" in result.reason.lower()


def test_too_little_device_memory_is_told_with_what_would_fit() -> None:
    error = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    assert explain(error) == "out of device memory; a smaller batch_size or network would fit"


def test_an_error_nobody_expected_is_kept_in_a_log(digits: Dataset, tmp_path: Path) -> None:
    broken = replace(digits, target=Quantities(("of another task",), (0.0,), (1.0,)))
    result = run(make_runner(1)(make_spec(tmp_path), broken))
    assert result.status is Status.FAILED
    assert "log.txt" in result.reason
    assert "Traceback" in (tmp_path / "log.txt").read_text()


def test_data_from_shared_memory_is_read_only_and_stays_so(digits: Dataset, tmp_path: Path) -> None:
    """Ray hands workers arrays that cannot be written."""
    digits.train.inputs.flags.writeable = False
    before = np.copy(digits.train.inputs)
    augment = ({"flip": {"probability": 0.5}},)
    result = run(make_runner(1)(make_spec(tmp_path, augment=augment), digits))
    assert result.status is Status.COMPLETE
    assert np.array_equal(before, digits.train.inputs)


def test_a_result_is_json_but_for_its_status(digits: Dataset, tmp_path: Path) -> None:
    result = run(make_runner(1)(make_spec(tmp_path), digits))
    assert json.dumps([each.__dict__ for each in result.measurements])
