"""A forecast that goes from the last value on."""

from __future__ import annotations

import torch

from automl.models.network import build_model
from automl.models.preprocessing.make import make_preprocess

OPTIONS = {"mean": [5.0, 100.0], "std": [2.0, 10.0], "targets": 1}


def make_model() -> torch.nn.Module:
    torch.manual_seed(0)
    head = torch.nn.Sequential(torch.nn.Linear(12, 3), torch.nn.Unflatten(1, (3, 1)))
    preprocess = make_preprocess({"from_last": OPTIONS})
    return build_model([{"flatten": {}}], (6, 2), preprocess, lambda shape: head).eval()


def test_a_series_at_another_level_is_forecast_at_that_level() -> None:
    model, series = make_model(), torch.randn(4, 6, 2)
    higher = series + torch.tensor([1000.0, 0.0])
    torch.testing.assert_close(model(higher), model(series) + 1000, rtol=0, atol=1e-3)


def test_the_other_variables_have_their_level() -> None:
    model, series = make_model(), torch.randn(4, 6, 2)
    moved = series + torch.tensor([0.0, 50.0])
    assert not torch.allclose(model(moved), model(series), atol=1e-2)


def test_the_first_layer_sees_the_distance_from_the_last_value() -> None:
    series = torch.tensor([[[7.0, 110.0], [3.0, 90.0]]])
    seen = make_preprocess({"from_last": OPTIONS})(series)
    assert seen.tolist() == [[[2.0, 1.0], [0.0, -1.0]]]


def test_what_is_missing_is_at_the_level() -> None:
    series = torch.tensor([[[float("nan"), float("nan")], [3.0, 90.0]]])
    assert make_preprocess({"from_last": OPTIONS})(series)[0, 0].tolist() == [0, 0]
