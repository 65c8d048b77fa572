"""A training is shortened to the time there is, by what its batches take."""

from __future__ import annotations

import time

import pytest
import torch
from small_runs import image_model, images, make_run
from torch import Tensor, nn

from automl.training.fit import fit
from automl.trials.preparation import FEWEST_GRADIENTS, affordable_epochs

TRAIN, VALIDATION = images(320), images(64, seed=1)  # 10 batches of 32


class SlowNetwork(nn.Module):
    """The small network, and so many seconds for each call."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.network, self.seconds = image_model(), seconds

    def forward(self, inputs: Tensor) -> Tensor:
        time.sleep(self.seconds)
        output: Tensor = self.network(inputs)
        return output


def test_a_training_that_fits_keeps_its_length() -> None:
    assert affordable_epochs(make_run(epochs=5), TRAIN, VALIDATION, seconds=1000) == 5


def test_a_slow_one_gets_as_many_epochs_as_there_is_time_for() -> None:
    run = make_run(SlowNetwork(0.05), epochs=50)  # 25 s, and 2.5 s for 50 validations
    epochs = affordable_epochs(run, TRAIN, VALIDATION, seconds=8.0)
    assert FEWEST_GRADIENTS / 10 <= epochs < 15


def test_it_takes_a_few_steps_however_little_time_there_is() -> None:
    run = make_run(SlowNetwork(0.01), epochs=50)
    epochs = affordable_epochs(run, TRAIN, VALIDATION, seconds=0.01)
    assert epochs == pytest.approx(FEWEST_GRADIENTS / 10)


@pytest.mark.parametrize("epochs", [0.5, 1.0, 2.7])
def test_a_short_training_has_the_same_number_of_reports_and_ends_its_schedule(
    epochs: float,
) -> None:
    run = make_run(epochs=10, schedule={"cosine": {}})
    run.epochs = epochs
    curve = list(fit(run, TRAIN, VALIDATION))
    assert len(curve) == make_run(epochs=10).steps
    assert curve[-1].epoch == pytest.approx(epochs)
    assert run.updates == round(10 * epochs)
    rates = {group["lr"] for group in run.optimizer.param_groups}
    assert max(rates) < 0.1 * 0.01 or run.updates < 10


def test_a_shortened_training_goes_on_as_long_as_it_began() -> None:
    run = make_run(epochs=10)
    run.epochs = 2.5
    next(fit(run, TRAIN, VALIDATION))
    again = make_run(epochs=10)
    again.load_state_dict(run.state_dict())
    curve = list(fit(again, TRAIN, VALIDATION))
    assert curve[-1].epoch == pytest.approx(2.5)
    torch.testing.assert_close(
        list(again.model.parameters()), list(fit_whole(2.5).model.parameters())
    )


def fit_whole(epochs: float):  # type: ignore[no-untyped-def]
    run = make_run(epochs=10)
    run.epochs = epochs
    for _ in fit(run, TRAIN, VALIDATION):
        pass
    return run
