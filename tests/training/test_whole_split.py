"""L-BFGS: each step is on the whole train split, in as many batches as it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression
from small_runs import CLASSES, image_model, images, make_run
from torch import Tensor, nn

from automl.training import SCHEDULES, device
from automl.training.device import Tensors
from automl.training.fit import fit
from automl.training.settings import TrainingSettings
from automl.training.state import TrainingRun
from automl.trials.preparation import FEWEST_GRADIENTS, affordable_epochs

DATA = images(155)  # 4 batches of 32, and one of 27
FLOATS = Tensors(DATA.inputs.flatten(1).float() / 128, DATA.targets)
VALIDATION = images(64, seed=1)


def linear_run(**settings: Any) -> TrainingRun:
    torch.manual_seed(0)
    optimizer = {"lbfgs": {"weight_decay": 1e-2}}
    return make_run(nn.Linear(64, CLASSES), **{"optimizer": optimizer, "epochs": 30, **settings})


def weights_of(run: TrainingRun, data: Tensors = FLOATS) -> Tensor:
    """The weights after the training, in one vector."""
    for _ in fit(run, data, data):
        pass
    return torch.cat([each.detach().flatten() for each in run.model.parameters()])


def test_it_finds_the_weights_of_scikit_learns_logistic_regression():
    expected = LogisticRegression(C=1 / (1e-2 * len(FLOATS)), tol=1e-8, max_iter=1000)
    expected.fit(FLOATS.inputs.numpy(), FLOATS.targets.numpy())
    run = linear_run()
    weights_of(run)
    found = run.model(FLOATS.inputs).softmax(dim=1).detach().numpy()
    assert np.abs(found - expected.predict_proba(FLOATS.inputs.numpy())).max() < 1e-3


@pytest.mark.parametrize("settings", [{}, {"class_weights": "balanced", "label_smoothing": 0.1}])
def test_batches_and_their_parts_are_the_whole_split(settings, monkeypatch):
    monkeypatch.setattr(device, "has_native_bfloat16", lambda device: False)
    uneven = Tensors(FLOATS.inputs, FLOATS.targets.clamp(max=2))
    whole = weights_of(linear_run(batch_size=155, epochs=2, **settings), uneven)
    in_batches = weights_of(linear_run(epochs=2, **settings), uneven)
    in_parts = weights_of(linear_run(epochs=2, grad_accumulation=3, **settings), uneven)
    torch.testing.assert_close(in_batches, whole, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(in_parts, whole, rtol=1e-3, atol=1e-4)


def test_it_trains_a_network_with_dropout_and_convolutions():
    run = make_run(image_model(), epochs=6, optimizer={"lbfgs": {}})
    *_, last = fit(run, images(160), VALIDATION)
    assert run.updates == 6
    assert last.metrics["accuracy"] > 0.8


@pytest.mark.parametrize("schedule", SCHEDULES.names)
def test_no_schedule_and_no_clipping_change_its_steps(schedule):
    plain = weights_of(linear_run(epochs=2))
    assert torch.equal(
        weights_of(linear_run(epochs=2, schedule={schedule: {}}, clip_norm=1e-6)), plain
    )


@pytest.mark.parametrize("settings", [{"mixup": 0.2}, {"cutmix": 1.0}, {"augment": [{"flip": {}}]}])
def test_random_changes_of_the_data_are_refused(settings):
    [name] = settings
    with pytest.raises(ValidationError, match=f"`{name}` .* changes the loss .* take adamw"):
        TrainingSettings(optimizer={"lbfgs": {}}, **settings)


def test_a_time_limit_shortens_it():
    run = linear_run(epochs=40)
    epochs = affordable_epochs(run, FLOATS, FLOATS, seconds=1e-4)
    assert epochs == pytest.approx(FEWEST_GRADIENTS / run.evaluations)
    assert affordable_epochs(linear_run(epochs=40), FLOATS, FLOATS, seconds=1000) == 40
