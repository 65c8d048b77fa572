from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from automl.models.modules.model import Model
from automl.models.modules.preprocessing import Standardize
from automl.models.network import build_body, measure_layer


def waves(series: int = 40, steps: int = 60, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Series of two variables, of which the second is slower or faster; 0 or 1, which it is."""
    generator = torch.Generator().manual_seed(seed)
    targets = torch.arange(series) % 2
    phase = torch.rand(series, 1, generator=generator) * 6.28
    own = torch.sin(phase + torch.arange(steps) * (0.5 + 0.5 * targets[:, None]))
    noise = torch.randn(series, steps, generator=generator)
    return torch.stack([noise, own], dim=2), targets


def model_of(network: list[dict[str, Any]], steps: int = 60) -> Model:
    torch.manual_seed(0)
    body, shape = build_body(network, (steps, 2))
    return Model(Standardize([0.0, 0.0], [1.0, 1.0]), body, nn.Linear(shape[0], 2))


class TestMiniRocket:
    def features(self, inputs: Tensor, learned: Tensor | None = None) -> Tensor:
        model = model_of([{"mini_rocket": {}}]).eval()
        model.adapt([inputs if learned is None else learned])
        return model.body(model.preprocess(inputs))

    def test_features_have_mean_0_and_a_spread_of_at_most_1(self) -> None:
        features = self.features(waves()[0])
        assert features.mean(dim=0).abs().max() < 1e-4
        assert 0.5 < features.std(dim=0, correction=0).median() <= 1

    def test_they_do_not_depend_on_the_level(self) -> None:
        inputs, _ = waves()
        away = torch.roll(inputs, 7, dims=0) + 3
        inside = slice(42, 84)  # of the first dilation, the half that stays inside the series
        close = torch.roll(self.features(inputs), 7, dims=0)[:, inside]
        torch.testing.assert_close(
            self.features(away, learned=inputs)[:, inside], close, atol=1e-3, rtol=1e-3
        )

    def test_a_linear_model_on_top_tells_frequencies_apart(self) -> None:
        (train, targets), (test, truths) = waves(), waves(seed=1)
        features = self.features(train)
        ones = torch.ones(len(train), 1)
        weights = torch.linalg.lstsq(
            torch.cat([features, ones], 1), 2.0 * targets - 1, driver="gelsd"
        ).solution
        answers = torch.cat([self.features(test, learned=train), ones], 1) @ weights > 0
        assert (answers == truths.bool()).float().mean() >= 0.95

    @pytest.mark.parametrize(("steps", "count"), [(2, 924), (9, 924), (60, 504), (5000, 672)])
    def test_there_are_at_most_as_many_outputs_as_asked_for(self, steps: int, count: int) -> None:
        _, shape = build_body([{"mini_rocket": {"outputs": 1000}}], (steps, 1))
        assert shape == (count,)

    def test_long_series_take_no_more_time(self) -> None:
        def flops(steps: int) -> int:
            return measure_layer("mini_rocket", "{}", (steps, 1)).flops

        assert flops(5000) < 1.2 * flops(256)

    def test_nothing_of_it_is_trained(self) -> None:
        body, _ = build_body([{"mini_rocket": {}}], (60, 2))
        assert list(body.parameters()) == []


def test_other_layers_do_not_adapt() -> None:
    model = model_of([{"flatten": {}}])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.adapt([waves()[0]])
    torch.testing.assert_close(model.state_dict(), before)
