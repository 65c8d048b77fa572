"""What a model is worth on examples, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import DataError
from automl.data.dataset import Dataset, Split
from automl.export.bootstrap import FEWEST, MOST, count_draws, score
from automl.export.bundle import Bundle
from automl.export.evaluate import evaluate

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]
Array = np.ndarray[Any, Any]


def mean_error(outputs: Array, targets: Array) -> Mapping[str, float]:
    return {"mae": float(np.abs(outputs - targets).mean())}


def spread(outputs: Array, targets: Array) -> Mapping[str, float]:
    """A metric that most draws put too low."""
    return {"range": float(outputs.max() - outputs.min())}


numbers = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40)


@given(values=numbers, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_an_interval_holds_the_value(values: list[float], seed: int) -> None:
    outputs = np.array(values, np.float32)
    for measure in (mean_error, spread):
        (found,) = score(measure, outputs, np.zeros_like(outputs), seed)
        assert found.low <= found.value <= found.high


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_more_examples_of_the_same_kind_are_surer(seed: int) -> None:
    few = np.random.RandomState(seed).normal(size=50)
    many = np.tile(few, 20)
    (wide,), (narrow,) = (score(mean_error, each, each * 0, seed) for each in (few, many))
    assert narrow.value == pytest.approx(wide.value)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_the_same_seed_gives_the_same_interval() -> None:
    outputs = np.random.RandomState(0).normal(size=100)
    first, again, other = (score(mean_error, outputs, outputs * 0, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first[0].value == other[0].value


def test_an_interval_is_where_theory_has_it() -> None:
    """Of a share p among n examples it is about p ± 1.96 √(p (1 − p) / n)."""
    outputs = np.repeat([0.0, 1.0], [60, 240])
    (found,) = score(mean_error, outputs, outputs * 0, seed=0)
    half = 1.96 * (0.8 * 0.2 / 300) ** 0.5
    assert found.low == pytest.approx(0.8 - half, abs=0.02)
    assert found.high == pytest.approx(0.8 + half, abs=0.02)


@pytest.mark.parametrize(("size", "draws"), [((10, 2), MOST), ((10_000, 100), FEWEST)])
def test_draws_are_fewer_where_each_costs_more(size: tuple[int, int], draws: int) -> None:
    assert count_draws(np.zeros(size, np.float32)) == draws


CASES = ["image_cnn", "text_lstm", "table_dense", "series_gru", "forecast_temporal_conv"]


@pytest.mark.parametrize("case", CASES)
def test_the_metrics_are_those_of_training(bundle_of: BundleOf, data_of: DataOf, case: str) -> None:
    bundle = bundle_of(case)
    kind = {"text_lstm": "text", "forecast_temporal_conv": "forecast"}.get(case)
    _, data = data_of(kind or case.partition("_")[0].replace("image", "images"))
    found = evaluate(bundle, data.test)
    with torch.inference_mode():
        outputs = bundle.model()(torch.tensor(data.test.inputs))
    expected = bundle.facts.make_task().measure(outputs, torch.tensor(data.test.targets))
    assert found.examples == len(data.test)
    assert {each.metric: each.value for each in found.scores} == pytest.approx(expected, abs=1e-5)
    assert found == evaluate(bundle, data.test)


def test_it_says_what_the_intervals_rest_on(bundle_of: BundleOf, data_of: DataOf) -> None:
    _, data = data_of("table")
    found = evaluate(bundle_of("table_dense"), data.test)
    assert found.basis == f"{len(data.test)} examples, bootstrap of {MOST:,} draws"
    assert found.score("mae").metric == "mae"


def test_nothing_cannot_be_measured(bundle_of: BundleOf, data_of: DataOf) -> None:
    _, data = data_of("table")
    nothing = Split(data.test.inputs[:0], data.test.targets[:0])
    with pytest.raises(DataError, match="no example"):
        evaluate(bundle_of("table_dense"), nothing)
