from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from pydantic import ValidationError
from small_runs import image_model, images, token_model, tokens
from torch import nn
from torch.nn import functional

from automl.training import OPTIMIZERS
from automl.training.muon import hidden_weights, orthogonalize
from automl.training.optimizers import Optimizer


def steps(model: nn.Module, optimizer: torch.optim.Optimizer, count: int, data=None) -> list[float]:
    data = data or images()

    def closure() -> torch.Tensor:
        torch.manual_seed(0)  # the same dropout each time
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(data.inputs), data.targets)
        loss.backward()
        return loss

    return [step(optimizer, closure) for _ in range(count)]


def step(optimizer: torch.optim.Optimizer, closure: Callable[[], torch.Tensor]) -> float:
    """Take a step of either kind; the loss before it."""
    losses = []
    if isinstance(optimizer, torch.optim.LBFGS):
        optimizer.step(lambda: losses.append(closure()) or losses[-1])
    else:
        losses.append(closure())
        optimizer.step()
    return losses[0].item()


@pytest.fixture(params=OPTIMIZERS.names)
def optimizer(request: pytest.FixtureRequest) -> type[Optimizer]:
    return OPTIMIZERS[request.param]


class TestEveryOptimizer:
    def test_a_bare_number_is_the_learning_rate(self, optimizer):
        assert next(iter(optimizer.model_fields)) == "lr"
        assert optimizer().lr > 0

    def test_refuses_options_that_make_no_sense(self, optimizer):
        for wrong in ({"lr": 0.0}, {"weight_decay": -0.1}, {"learning_rate": 0.1}, {"lr": "0.1"}):
            with pytest.raises(ValidationError):
                optimizer(**wrong)

    @pytest.mark.parametrize(("make", "data"), [(image_model, images), (token_model, tokens)])
    def test_lowers_the_loss(self, optimizer, make, data):
        model = make()
        built = optimizer(lr=max(0.01, optimizer().lr)).build(model)
        losses = steps(model, built, 20, data())
        assert losses[-1] < 0.9 * losses[0]

    def test_decays_weights_and_leaves_biases_and_norms_alone(self, optimizer):
        model = image_model()
        before = [each.detach().clone() for each in model.parameters()]
        built = optimizer(lr=1e-4, weight_decay=0.5).build(model)

        def flat() -> torch.Tensor:
            for parameter in model.parameters():
                parameter.grad = torch.zeros_like(parameter)
            return torch.zeros(())

        step(built, flat)
        for old, new in zip(before, model.parameters(), strict=True):
            assert new.norm() < old.norm() if new.ndim >= 2 else torch.equal(old, new)

    def test_leaves_frozen_parameters_alone(self, optimizer):
        model = image_model()
        frozen = model.body[0].weight.requires_grad_(False)
        before = frozen.clone()
        steps(model, optimizer().build(model), 2)
        assert torch.equal(before, frozen)

    def test_goes_on_exactly_from_its_state(self, optimizer):
        model, twin = image_model().eval(), image_model().eval()
        built = optimizer().build(model)
        steps(model, built, 3)
        twin.load_state_dict(model.state_dict())
        rebuilt = optimizer().build(twin)
        rebuilt.load_state_dict(deepcopy(built.state_dict()))
        assert steps(model, built, 3) == steps(twin, rebuilt, 3)


class TestMuon:
    @pytest.mark.parametrize("shape", [(16, 16), (8, 32), (32, 8)])
    def test_orthogonalize_brings_singular_values_near_one(self, shape):
        torch.manual_seed(0)
        values = torch.linalg.svdvals(orthogonalize(torch.randn(shape)))
        assert values.min() > 0.3
        assert values.max() < 1.3

    def test_leaves_embeddings_and_the_output_layer_to_adamw(self):
        model = token_model()
        lstm = model.lstm
        assert [id(each) for each in hidden_weights(model)] == [
            id(lstm.weight_ih_l0),
            id(lstm.weight_hh_l0),
        ]

    def test_trains_a_model_that_has_an_output_layer_only(self):
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 4))
        data = images()
        inputs = type(data)(data.inputs.float() / 128, data.targets)
        losses = steps(model, OPTIMIZERS["muon"]().build(model), 10, inputs)
        assert losses[-1] < losses[0]


def test_nesterov_without_momentum_is_plain_descent():
    model = nn.Linear(2, 1)
    before = model.weight.detach().clone()
    built = OPTIMIZERS["sgd"](lr=0.5, momentum=0.0, weight_decay=0.0).build(model)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    built.step()
    assert torch.allclose(model.weight, before - 0.5)
