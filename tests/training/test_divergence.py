"""A training whose numbers are no longer finite ends at the first step that has one."""

from __future__ import annotations

import math

import pytest
import torch
from small_runs import CLASSES, images, make_run
from torch import Tensor, nn

from automl.training.device import Tensors
from automl.training.fit import READ_EVERY, Diverged, RunningLoss, fit

TRAIN, VALIDATION = images(160), images(80, seed=1)


class BadAfter(nn.Module):
    """A model whose outputs are NaN from the ``batches``-th training batch on, counted from 1."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, CLASSES))
        self.left = batches

    def forward(self, inputs: Tensor) -> Tensor:
        self.left -= self.training
        outputs = self.layers(inputs.float() / 255)
        return outputs * math.nan if self.left <= 0 and self.training else outputs


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_a_huge_learning_rate_diverges_at_the_second_step(metric):
    """Its first step has spoiled the weights."""
    run = make_run(metric=metric, optimizer={"sgd": {"lr": 1e20}})
    with pytest.raises(Diverged) as caught:
        list(fit(run, TRAIN, VALIDATION))
    assert (caught.value.step, caught.value.epoch) == (2, 0.4)
    assert str(caught.value) == (
        f"the training diverged at step 2 (epoch 0.4): the loss became {caught.value.value}; "
        "lower the learning rate or set clip_norm"
    )


@pytest.mark.parametrize("bad", [1, 2, 5, 6, 13])
def test_the_first_bad_step_is_named_wherever_it_is(bad):
    """Of 5 batches an epoch; what was measured before it stays."""
    run = make_run(BadAfter(bad), epochs=5)
    with pytest.raises(Diverged) as caught:
        list(fit(run, TRAIN, VALIDATION))
    assert (caught.value.step, caught.value.epoch) == (bad, bad / 5)
    assert math.isnan(caught.value.value)
    assert all(each.epoch < bad / 5 for each in run.measurements)


def test_steps_are_counted_on_after_a_checkpoint():
    first = make_run(BadAfter(99), epochs=5)
    next(steps := fit(first, TRAIN, VALIDATION))
    next(steps)
    run = make_run(BadAfter(4), epochs=5)
    run.load_state_dict(first.state_dict())
    assert run.updates == 3
    with pytest.raises(Diverged, match=r"at step 7 \(epoch 1.4\)"):
        list(fit(run, TRAIN, VALIDATION))


def test_weights_that_the_last_step_has_spoiled_are_seen_by_the_validation():
    """Two batches are trained on, and the loss of the second is fine; its step is not."""
    run = make_run(BadAfter(99), epochs=5, optimizer={"sgd": {"lr": 1e-3}})
    step = run.optimizer.step

    def spoil() -> None:
        step()
        if run.updates == 1:
            torch.nn.init.constant_(run.model.layers[1].bias, math.nan)

    run.optimizer.step = spoil
    with pytest.raises(Diverged, match=r"at step 2 \(epoch 0.25\): the validation loss became nan"):
        next(fit(run, TRAIN, VALIDATION))


def test_a_loss_that_is_infinite_on_validation_alone_diverges():
    spoiled = Tensors(VALIDATION.inputs.float() + float("inf"), VALIDATION.targets)
    with pytest.raises(Diverged, match="the validation loss became"):
        next(fit(make_run(), TRAIN, spoiled))


class TestOnADeviceThatIsWaitedFor:
    """What is done for a GPU, with losses that lie on the CPU."""

    def losses(self) -> RunningLoss:
        return RunningLoss(torch.device("cuda"), steps_before=100, steps_per_epoch=50)

    def add_all(self, losses: RunningLoss, bad: int) -> None:
        for batch in range(2 * READ_EVERY):
            losses.add(torch.tensor(math.inf if batch >= bad else 1.0), 8)

    @pytest.mark.parametrize("bad", [0, 1, READ_EVERY - 1, READ_EVERY, READ_EVERY + 3])
    def test_the_step_is_exact_though_it_is_read_late(self, bad):
        losses = self.losses()
        with pytest.raises(Diverged) as caught:
            self.add_all(losses, bad)
        assert caught.value.step == 101 + bad
        assert caught.value.epoch == (101 + bad) / 50

    def test_what_was_not_read_yet_is_at_the_end(self):
        losses = self.losses()
        losses.add(torch.tensor(math.nan), 8)
        with pytest.raises(Diverged, match="at step 101 "):
            losses.mean()

    def test_the_mean_is_over_all_examples(self):
        losses = self.losses()
        for batch in range(READ_EVERY + 3):
            losses.add(torch.tensor(float(batch)), examples=batch + 1)
        count = READ_EVERY + 3
        total = sum(batch * (batch + 1) for batch in range(count))
        assert losses.mean() == pytest.approx(total / (count * (count + 1) / 2))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_first_bad_step_is_named_on_a_gpu():
    run = make_run(BadAfter(13).cuda(), epochs=5)
    with pytest.raises(Diverged, match=r"at step 13 \(epoch 2.6\)"):
        list(fit(run, TRAIN, VALIDATION))
