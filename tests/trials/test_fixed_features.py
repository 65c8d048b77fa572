"""Layers that are never trained run once for a training, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_trials import folder, make_spec, run, values

from automl.core.data_types import Classes
from automl.core.trial import Status, TrialSpec
from automl.data.dataset import Dataset, Split
from automl.data.series.encoding import SeriesEncoding, WholeSeries
from automl.trials import make_runner
from automl.trials.preparation import as_tensors, keep_fixed_features, prepare

ROCKET: Any = ({"mini_rocket": {"outputs": 84, "dilations": 8}}, {"dropout": {"rate": 0.1}})


@pytest.fixture(scope="module")
def waves() -> Dataset:
    """Series of 30 to 40 steps, fast or slow."""
    generator = np.random.default_rng(0)
    targets = np.arange(60) % 2
    phases = generator.uniform(0, 6, (60, 1))
    series = np.sin(phases + np.arange(40) * (0.5 + targets[:, None]))[..., None]
    for row, length in enumerate(generator.integers(30, 41, 60)):
        series[row, length:] = np.nan
    split = Split(series.astype(np.float32), targets)
    encoding = SeriesEncoding(
        length=40, mean=(0.0,), std=(1.0,), padded=True, content=WholeSeries()
    )
    classes = Classes(("slow", "fast"))
    return Dataset("waves", "series_classification", split, split, split, encoding, classes, (), "")


def spec_of(place: Path, **training: Any) -> TrialSpec:
    return make_spec(place, ROCKET, epochs=3, batch_size=20, **training)


def test_the_outputs_take_the_place_of_the_inputs(waves: Dataset, tmp_path: Path) -> None:
    run = prepare(spec_of(tmp_path), waves, torch.device("cpu"))
    raw = as_tensors(waves.train, waves.encoding)
    kept = keep_fixed_features(run, raw)
    assert kept.inputs.shape == (60, 84)
    assert kept.lengths is None
    model = run.model.eval()
    torch.testing.assert_close(model(kept.inputs), model(raw.inputs), atol=1e-5, rtol=1e-4)


def test_blended_inputs_are_not_outputs(waves: Dataset, tmp_path: Path) -> None:
    run = prepare(spec_of(tmp_path, mixup=0.2), waves, torch.device("cpu"))
    raw = as_tensors(waves.train, waves.encoding)
    assert keep_fixed_features(run, raw) is raw


def test_a_whole_trial_learns(waves: Dataset, tmp_path: Path) -> None:
    first, again = (
        run(make_runner(1)(spec_of(folder(tmp_path, name)), waves)) for name in ("one", "two")
    )
    assert first.status is Status.COMPLETE
    assert first.objective == 1
    assert values(first.measurements) == values(again.measurements)


def test_other_weights_have_other_thresholds(waves: Dataset, tmp_path: Path) -> None:
    one, other = (
        prepare(
            replace(spec_of(tmp_path), seed=seed), waves, torch.device("cpu")
        ).model.state_dict()
        for seed in (1, 2)
    )
    name = next(each for each in one if each.endswith("threshold"))
    assert not torch.equal(one[name], other[name])
