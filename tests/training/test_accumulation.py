"""A batch in parts takes less memory and is the same step."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_runs import CLASSES, Scale, images, make_run
from torch import nn

from automl.core.data_types import Quantities
from automl.models.modules.model import Body, Model
from automl.tasks.regression import TabularRegression
from automl.training import device
from automl.training.batches import micro_batches
from automl.training.device import Tensors
from automl.training.fit import fit, validate
from automl.training.state import TrainingRun

TASK = TabularRegression(Quantities(("a", "b"), (5.0, -1.0), (2.0, 3.0)))
EVERYTHING = {
    "class_weights": "balanced",
    "label_smoothing": 0.1,
    "mixup": 0.4,
    "clip_norm": 0.5,
    "augment": [{"crop": {"padding": 1}}],
}


@pytest.fixture(autouse=True)
def in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a processor with bfloat16, whose roundings depend on how a batch is cut."""
    monkeypatch.setattr(device, "has_native_bfloat16", lambda device: False)


def uneven_images() -> Tensors:
    """Half the examples are of the first class; 155 leave a last batch of 27."""
    data = images(155)
    return Tensors(data.inputs, torch.where(torch.arange(155) % 2 == 0, 0, data.targets))


def classifier() -> Model:
    """Neither batch norm, which looks at a whole batch, nor dropout, which draws for one."""
    torch.manual_seed(0)
    body = Body(nn.Flatten(), nn.Linear(64, 16), nn.ReLU())
    return Model(Scale(), body, nn.Linear(16, 4))


def regression(accumulate: int) -> tuple[TrainingRun, Tensors]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), TASK.head((16,)))
    inputs = torch.randn(155, 3)
    rows = Tensors(inputs, torch.stack([inputs[:, :1], inputs[:, 1:2]], dim=2))
    return make_run(model, task=TASK, metric="rmse", grad_accumulation=accumulate), rows


def classification(accumulate: int, **settings: Any) -> tuple[TrainingRun, Tensors]:
    return make_run(classifier(), grad_accumulation=accumulate, **settings), uneven_images()


CASES = {
    "plain": classification,
    "class weights": lambda parts: classification(parts, class_weights="balanced"),
    "label smoothing": lambda parts: classification(
        parts, class_weights="balanced", label_smoothing=0.2
    ),
    "mixup": lambda parts: classification(parts, mixup=0.4),
    "mixup with class weights": lambda parts: classification(
        parts, mixup=0.4, class_weights="balanced"
    ),
    "everything": lambda parts: classification(parts, **EVERYTHING),
    "numbers": regression,
}


@pytest.mark.parametrize("parts", [2, 4])
@pytest.mark.parametrize("case", CASES)
def test_training_in_parts_comes_to_the_same_weights(case, parts):
    whole, cut = trained(case, 1), trained(case, parts)
    assert cut.updates == whole.updates == 25
    for name, weights in whole.model.state_dict().items():
        assert torch.allclose(weights, cut.model.state_dict()[name], rtol=1e-3, atol=1e-4), name
    for one, other in zip(whole.measurements, cut.measurements, strict=True):
        assert one.metrics["train_loss"] == pytest.approx(other.metrics["train_loss"], rel=1e-3)


def trained(case: str, parts: int) -> TrainingRun:
    run, data = CASES[case](parts)
    list(fit(run, data, data))
    return run


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_the_whole_batchs(case):
    """Closer than weights are after 25 steps, of which each one takes roundings further."""
    gradients = []
    for parts in (1, 3):
        run, data = CASES[case](parts)
        run.optimizer = torch.optim.SGD(run.model.parameters(), lr=0.0)
        next(fit(run, data, data))
        gradients.append(torch.cat([each.grad.flatten() for each in run.model.parameters()]))
    assert torch.allclose(*gradients, rtol=1e-4, atol=1e-6)


@given(examples=st.integers(1, 300), count=st.integers(1, 512), weighted=st.booleans())
def test_parts_hold_each_example_once_and_none_is_single(examples, count, weighted):
    targets = torch.arange(examples) % CLASSES
    weights = torch.tensor([1.0, 2.0, 0.5, 4.0]) if weighted else None
    parts = micro_batches(torch.arange(examples), targets, weights, count)
    inputs, their_targets, shares = zip(*parts, strict=True)
    assert torch.cat(inputs).tolist() == list(range(examples))
    sizes = list(map(len, their_targets))
    assert min(sizes) >= min(2, examples)
    assert max(sizes) <= max(-(-examples // count), 3)
    assert float(sum(shares)) == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("parts", [16, 1000])
def test_batch_norm_trains_in_any_number_of_parts(parts):
    data = images(33)
    model = nn.Sequential(nn.Flatten(), Scale(), nn.BatchNorm1d(64), nn.Linear(64, CLASSES))
    *_, last = fit(make_run(model, epochs=1, grad_accumulation=parts), data, data)
    assert last.epoch == 1


def largest_batches(parts: int) -> dict[bool, int]:
    """Of training (True) and of validation: the most examples that the model saw at once."""
    largest = {True: 0, False: 0}
    run, data = classification(parts)
    run.model.register_forward_pre_hook(
        lambda model, inputs: largest.update(
            {model.training: max(largest[model.training], len(inputs[0]))}
        )
    )
    next(fit(run, data, data))
    return largest


def test_no_pass_takes_more_than_its_part():
    assert largest_batches(1) == {True: 32, False: 128}
    assert largest_batches(4) == {True: 8, False: 32}
    assert largest_batches(4096) == {True: 2, False: 1}


def test_validation_in_parts_measures_the_same():
    (whole, data), (cut, _) = classification(1), classification(8)
    assert validate(cut, data) == pytest.approx(validate(whole, data), rel=1e-5)
