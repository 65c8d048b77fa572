from __future__ import annotations

import pytest
import torch

from automl.core.data_types import PADDING
from automl.core.errors import UnknownName
from automl.models import make_preprocess
from automl.models.modules.preprocessing import Normalize, Standardize, TokenIds
from automl.models.network import build_model

MEAN, STD = (0.5, 0.25, 0.1), (0.2, 0.3, 0.4)
FROM_LAST = {"mean": [5.0, 100.0], "std": [2.0, 10.0], "targets": 1}


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64, torch.float16])
def test_channels_are_normalised(dtype: torch.dtype) -> None:
    images = torch.randint(0, 256, (2, 3, 4, 4)).to(dtype)
    mean, std = (torch.tensor(each)[:, None, None] for each in (MEAN, STD))
    output = Normalize(MEAN, STD)(images)
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, (images.float() / 255 - mean) / std)


def test_the_statistics_travel_with_the_weights() -> None:
    images = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    other = Normalize((0,) * 3, (1,) * 3)
    other.load_state_dict(Normalize(MEAN, STD).state_dict())
    assert torch.equal(other(images), Normalize(MEAN, STD)(images))


def test_a_channel_that_never_varies_stays_finite() -> None:
    images = torch.full((2, 1, 4, 4), 51, dtype=torch.uint8)
    torch.testing.assert_close(Normalize((0.2,), (0.0,))(images), torch.zeros(2, 1, 4, 4))


@pytest.mark.parametrize("kind", [Normalize, Standardize])
def test_mean_and_std_go_together(kind: type[Normalize] | type[Standardize]) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        kind((0.5,), STD)


class TestTokenIds:
    def test_ids_go_through_and_padding_is_masked(self) -> None:
        ids = torch.tensor([[5, 1, 7], [2, PADDING, PADDING]], dtype=torch.int32)
        assert torch.equal(TokenIds()(ids), ids)
        assert TokenIds().mask(ids).tolist() == [[True] * 3, [True, False, False]]

    def test_an_empty_text_has_a_position(self) -> None:
        ids = torch.full((1, 2), PADDING, dtype=torch.int32)
        assert TokenIds().mask(ids).tolist() == [[True, False]]


class TestStandardize:
    def test_each_variable_has_its_own_scale(self) -> None:
        series = torch.tensor([[[1.0, 10.0], [3.0, 30.0]]])
        values = Standardize([2.0, 20.0], [1.0, 5.0])(series)
        assert values.tolist() == [[[-1.0, -2.0], [1.0, 2.0]]]

    def test_a_missing_value_is_the_mean(self) -> None:
        series = torch.tensor([[[float("nan"), 10.0]]])
        assert Standardize([2.0, 20.0], [1.0, 5.0])(series).tolist() == [[[0.0, -2.0]]]

    def test_a_variable_that_never_varies_is_only_shifted(self) -> None:
        assert Standardize([2.0], [0.0])(torch.tensor([[[5.0]]])).tolist() == [[[3.0]]]

    def test_a_large_mean_costs_no_digits(self) -> None:
        series = torch.tensor([[[1_000_000.5]]], dtype=torch.float32)
        assert Standardize([1e6], [0.5])(series).tolist() == [[[1.0]]]


class TestMake:
    def test_it_is_made_from_what_an_encoding_says(self) -> None:
        made = make_preprocess({"normalize": {"mean": list(MEAN), "std": list(STD)}})
        images = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
        assert torch.equal(made(images), Normalize(MEAN, STD)(images))

    def test_an_unknown_one_is_named(self) -> None:
        with pytest.raises(UnknownName, match="did you mean 'tokens'"):
            make_preprocess({"token": {}})


def make_forecaster(kind: str = "from_last") -> torch.nn.Module:
    torch.manual_seed(0)
    head = torch.nn.Sequential(torch.nn.Linear(12, 3), torch.nn.Unflatten(1, (3, 1)))
    layers = [{"flatten": {}}, {"dense": {"units": 12}}]
    return build_model(
        layers, (6, 2), make_preprocess({kind: FROM_LAST}), lambda shape: head
    ).eval()


def test_a_series_of_another_size_is_forecast_in_that_size() -> None:
    model, series = make_forecaster("revin"), torch.randn(4, 6, 2)
    larger = series * torch.tensor([100.0, 1.0]) + torch.tensor([5000.0, 0.0])
    torch.testing.assert_close(model(larger), 100 * model(series) + 5000, rtol=1e-3, atol=0.1)


def test_a_constant_series_is_forecast_at_its_level() -> None:
    series = torch.tensor([[[7.0, 100.0], [7.0, 120.0], [7.0, 90.0]]])
    preprocess = make_preprocess({"revin": FROM_LAST})
    assert preprocess(series)[0, :, 0].tolist() == [0, 0, 0]
    torch.testing.assert_close(
        preprocess.restore(torch.ones(1, 2, 1), series),
        torch.full((1, 2, 1), 7.0),
        atol=0.01,
        rtol=0,
    )


def test_a_series_at_another_level_is_forecast_at_that_level() -> None:
    model, series = make_forecaster(), torch.randn(4, 6, 2)
    higher = series + torch.tensor([1000.0, 0.0])
    torch.testing.assert_close(model(higher), model(series) + 1000, rtol=0, atol=1e-3)


def test_the_other_variables_have_their_level() -> None:
    model, series = make_forecaster(), torch.randn(4, 6, 2)
    moved = series + torch.tensor([0.0, 50.0])
    assert not torch.allclose(model(moved), model(series), atol=1e-2)


def test_the_first_layer_sees_the_distance_from_the_last_value() -> None:
    series = torch.tensor([[[7.0, 110.0], [3.0, 90.0]]])
    seen = make_preprocess({"from_last": FROM_LAST})(series)
    assert seen.tolist() == [[[2.0, 1.0], [0.0, -1.0]]]


def test_what_is_missing_is_at_the_level() -> None:
    series = torch.tensor([[[float("nan"), float("nan")], [3.0, 90.0]]])
    assert make_preprocess({"from_last": FROM_LAST})(series)[0, 0].tolist() == [0, 0]
