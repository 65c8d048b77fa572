"""A trial that makes headway shows it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import torch
from small_trials import DIVERGING, make_spec, run, stop_at
from torch import nn

from automl.core.trial import CONTINUE, Measurement, Status, Verdict
from automl.data.dataset import Dataset
from automl.trials import make_runner
from automl.trials.files import Heartbeat
from automl.trials.runner import TrialRunner


def age(path: Path) -> float:
    """Make the file an hour old, to see whether it is touched again."""
    then = time.time() - 3600
    os.utime(path, (then, then))
    return path.stat().st_mtime


def test_a_pulse_is_there_from_start_to_end(tmp_path: Path) -> None:
    path = tmp_path / "pulse"
    with Heartbeat(path):
        assert path.stat().st_mtime == pytest.approx(time.time(), abs=60)
    assert not path.exists()


def test_forward_passes_touch_it_at_most_once_an_interval(tmp_path: Path) -> None:
    path, model = tmp_path / "pulse", nn.Linear(2, 2)
    with Heartbeat(path, 1000.0) as often:
        often.follow(model)
        old = age(path)
        model(torch.zeros(1, 2))
        assert path.stat().st_mtime == old
    with Heartbeat(path, 0.0) as seldom:
        seldom.follow(model)
        old = age(path)
        model(torch.zeros(1, 2))
        assert path.stat().st_mtime > old


def test_a_pulse_that_cannot_be_shown_ends_nothing(tmp_path: Path) -> None:
    with Heartbeat(tmp_path / "missing" / "pulse") as lost:
        lost.beat()


def test_a_trial_has_one_while_it_trains_and_while_it_waits(
    digits: Dataset, tmp_path: Path
) -> None:
    path, old = tmp_path / "pulse", []

    def decide(measured: Measurement):
        assert not old or path.stat().st_mtime > old[-1]
        old.append(age(path))
        return CONTINUE

    run(TrialRunner(1, False, {}, beat_seconds=0.0)(make_spec(tmp_path), digits), decide)
    assert len(old) == 8
    assert not path.exists()


@pytest.mark.parametrize(
    ("training", "verdict", "status"),
    [
        ({}, Verdict.STOP, Status.PRUNED),
        ({}, Verdict.PAUSE, Status.PAUSED),
        ({"optimizer": DIVERGING}, Verdict.CONTINUE, Status.DIVERGED),
        ({"batch_size": 2.5}, Verdict.CONTINUE, Status.FAILED),
    ],
)
def test_no_end_leaves_one(training, verdict, status, digits: Dataset, tmp_path: Path) -> None:
    spec = make_spec(tmp_path)
    spec.config.training.update(training)
    assert run(make_runner(1)(spec, digits), stop_at(2, verdict)).status is status
    assert not (tmp_path / "pulse").exists()
