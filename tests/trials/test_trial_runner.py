"""One trial in a worker: it ends in a result, whatever happens."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_trials import DIVERGING, folder, make_spec, run, stop_at, values

from automl.core.data_types import Quantities
from automl.core.trial import CONTINUE, Decision, Measurement, Status, Verdict
from automl.data.dataset import Dataset
from automl.trials import make_runner


def test_a_whole_trial_learns_and_leaves_its_best_weights(digits: Dataset, tmp_path: Path) -> None:
    result = run(make_runner(1)(make_spec(tmp_path), digits))
    assert result.status is Status.COMPLETE
    assert result.objective == max(each.metrics["accuracy"] for each in result.measurements)
    assert result.objective > 0.7
    assert result.checkpoint == str(tmp_path / "weights.safetensors")
    assert load_file(result.checkpoint)
    assert result.device == ("cuda" if torch.cuda.is_available() else "cpu")


def test_the_same_spec_gives_the_same_curve(digits: Dataset, tmp_path: Path) -> None:
    runner = make_runner(1)
    first, second = (run(runner(make_spec(tmp_path), digits)) for _ in range(2))
    assert values(first.measurements) == values(second.measurements)


def test_a_pruned_trial_says_why_and_leaves_its_curve(digits: Dataset, tmp_path: Path) -> None:
    result = run(make_runner(1)(make_spec(tmp_path), digits), stop_at(2, Verdict.STOP))
    assert (result.status, result.reason) == (Status.PRUNED, "because")
    assert len(result.measurements) == 2
    files = [each.relative_to(tmp_path) for each in tmp_path.rglob("*") if each.is_file()]
    assert set(files) == {Path("artifacts/learning_curve.png"), Path("legs.jsonl")}


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict.PAUSE, Status.PAUSED), (Verdict.HOLD, Status.PRUNED)]
)
def test_a_paused_or_held_trial_goes_on_to_the_same_curve(
    verdict: Verdict, status: Status, digits: Dataset, tmp_path: Path
) -> None:
    whole = run(make_runner(1)(make_spec(folder(tmp_path, "whole")), digits))
    spec = make_spec(folder(tmp_path, "paused"))
    paused = run(make_runner(1)(spec, digits), stop_at(3, verdict))
    assert paused.status is status
    resumed = run(make_runner(1)(replace(spec, resume=True), digits))
    assert resumed.status is Status.COMPLETE
    assert values(resumed.measurements) == values(whole.measurements)
    assert resumed.objective == whole.objective


def test_a_network_that_cannot_be_built_is_infeasible(digits: Dataset, tmp_path: Path) -> None:
    layers = ({"max_pool2d": {"size": 9, "stride": None}}, {"flatten": {}})
    result = run(make_runner(1)(make_spec(tmp_path, layers), digits))
    assert result.status is Status.INFEASIBLE
    assert "window" in result.reason
    assert result.violation > 0


def test_a_diverged_trial_says_at_which_step_and_leaves_nothing(
    digits: Dataset, tmp_path: Path
) -> None:
    result = run(make_runner(1)(make_spec(tmp_path, optimizer=DIVERGING), digits))
    assert result.status is Status.DIVERGED
    assert result.reason.startswith("the training diverged at step 2 (epoch 0.0")
    assert (result.objective, result.measurements) == (None, ())
    assert [each.name for each in tmp_path.iterdir()] == ["legs.jsonl"]


def test_a_late_divergence_keeps_what_was_measured_before(digits: Dataset, tmp_path: Path) -> None:
    """The data goes bad while the trial trains, as a learning rate that is too high does."""
    inputs = digits.train.inputs.astype(np.float32)
    spoiled = replace(digits, train=replace(digits.train, inputs=inputs))

    def spoil(measured: Measurement) -> Decision:
        if measured.step == 3:
            inputs[:] = np.nan
        return CONTINUE

    result = run(make_runner(1)(make_spec(tmp_path), spoiled), spoil)
    assert result.status is Status.DIVERGED
    assert len(result.measurements) == 3
    assert result.objective == max(each.metrics["accuracy"] for each in result.measurements)


def test_an_error_nobody_expected_is_kept_in_a_log(digits: Dataset, tmp_path: Path) -> None:
    broken = replace(digits, target=Quantities(("of another task",), (0.0,), (1.0,)))
    result = run(make_runner(1)(make_spec(tmp_path), broken))
    assert result.status is Status.FAILED
    assert "log.txt" in result.reason
    assert "Traceback" in (tmp_path / "log.txt").read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["log.txt"]


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
