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
from automl.data.dataset import Clusters, Dataset, Split
from automl.data.series.windows import StepRange, Windows
from automl.export.bundle import Bundle
from automl.inference.bootstrap import (
    FEWEST_DRAWS,
    MOST_DRAWS,
    count_draws,
    score,
    score_over_seeds,
)
from automl.inference.evaluate import evaluate_split

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
        if found.low is None or found.high is None:
            assert found.method == "no interval: all draws agree"
        else:
            assert found.low <= found.value <= found.high
            assert found.low < found.high


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_more_examples_of_the_same_kind_are_surer(seed: int) -> None:
    few = np.random.RandomState(seed).normal(size=50)
    many = np.tile(few, 20)
    (wide,), (narrow,) = (score(mean_error, each, each * 0, seed) for each in (few, many))
    assert narrow.value == pytest.approx(wide.value)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def right(outputs: Array, targets: Array) -> float:
    return float((outputs == targets).mean())


def far(outputs: Array, targets: Array) -> float:
    return float(np.abs(outputs - targets).mean())


@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=3),
    examples=st.integers(5, 60),
    seed=st.integers(0, 99),
    is_share=st.booleans(),
)
@settings(max_examples=25)
def test_a_mean_over_seeds_is_never_sure_nor_outside_of_its_metric(
    shares: list[float], examples: int, seed: int, is_share: bool
) -> None:
    """Also where all answers are right, and where the values of the seeds lie far apart."""
    outputs = [np.arange(examples) < share * examples for share in shares]
    found = score_over_seeds(
        right, outputs, np.ones(examples, bool), seed, bounds=(0.0, 1.0), is_share=is_share
    )
    if found.low is None or found.high is None:
        assert not is_share
        assert found.method == "no interval: all draws agree"
    else:
        assert 0 <= found.low <= found.mean <= found.high <= 1
        assert found.low < found.high


def test_a_mean_over_seeds_is_as_unsure_as_its_examples_and_its_seeds() -> None:
    targets = np.zeros(400)
    one = np.random.RandomState(0).normal(size=400)
    again, other = (
        score_over_seeds(far, [one, each], targets, 0, bounds=(0.0, float("inf")), is_share=False)
        for each in (one, 2 * one)
    )
    alone = np.abs(one).std() / 400**0.5
    assert again.error == pytest.approx(alone, rel=0.2)
    assert again.high - again.mean == pytest.approx(1.96 * again.error, rel=0.05)
    assert other.error == pytest.approx(1.5 * again.error)
    by_seeds = again.mean**2 / 2 / 2  # the variance of two values, over their number
    together = (other.error**2 + by_seeds) ** 0.5
    assert other.high - other.mean == pytest.approx(1.96 * together, rel=0.05)


def test_a_mean_over_a_few_clusters_has_no_interval() -> None:
    outputs = np.arange(40.0)
    clusters = Clusters(np.arange(40) // 10, "groups")
    found = score_over_seeds(
        far, [outputs], outputs * 0, 0, bounds=(0.0, 99.0), is_share=False, clusters=clusters
    )
    assert (found.low, found.error) == (None, None)
    assert found.method == "no interval: fewer than 5 groups"


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


def accuracy(outputs: Array, targets: Array) -> Mapping[str, float]:
    return {"accuracy": float((outputs == targets).mean())}


SHARES = frozenset({"accuracy"})


@pytest.mark.parametrize(
    ("right", "examples", "low", "high"),
    [  # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_a_share_has_the_interval_of_wilson(
    right: int, examples: int, low: float, high: float
) -> None:
    outputs = (np.arange(examples) < right).astype(int)
    (found,) = score(accuracy, outputs, np.ones(examples), 0, shares=SHARES)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.method == "Wilson's interval"


def test_examples_of_one_cluster_count_as_one() -> None:
    """Ten patients, whose hundred images each are all taken right or all wrong."""
    outputs, ids = np.repeat([1, 1, 1, 1, 1, 1, 1, 0, 0, 0], 100), np.repeat(np.arange(10), 100)
    clusters = Clusters(ids, "groups")
    (alone,) = score(accuracy, outputs, np.ones(1000), 0, shares=SHARES)
    (found,) = score(accuracy, outputs, np.ones(1000), 0, clusters, SHARES)
    assert (alone.low, alone.high) == pytest.approx((0.671, 0.728), abs=2e-3)
    assert (found.low, found.high) == pytest.approx((0.36, 0.91), abs=0.03)
    (perfect,) = score(accuracy, np.ones(1000), np.ones(1000), 0, clusters, SHARES)
    assert (perfect.low, perfect.high) == (pytest.approx(0.66, abs=0.02), 1.0)


def test_of_few_clusters_no_interval_is_claimed() -> None:
    outputs, clusters = np.random.RandomState(0).normal(size=40), Clusters(np.arange(40) // 10, "x")
    (found,) = score(mean_error, outputs, outputs * 0, 0, clusters)
    assert (found.low, found.high, found.method) == (None, None, "no interval: fewer than 5 x")


def test_what_takes_long_is_not_measured_on_each_draw() -> None:
    outputs = np.arange(9.0)
    both = score(
        lambda *given: {**mean_error(*given), **spread(*given)},
        outputs,
        outputs * 0,
        0,
        of_draws=mean_error,
    )
    assert [each.method for each in both] == [
        "bootstrap of 1,000 draws",
        "no interval: it would take minutes",
    ]


def test_blocks_of_windows_cover_what_windows_by_themselves_do_not() -> None:
    """A hundred walks that come back to 0; each is forecast as 0, twelve steps ahead."""
    random, steps, covered = np.random.RandomState(0), 300, {True: 0, False: 0}
    truth = (2 / np.pi) ** 0.5 / (1 - 0.7**2) ** 0.5
    walks = np.zeros((100, steps))
    for step in range(1, steps):
        walks[:, step] = 0.7 * walks[:, step - 1] + random.normal(size=100)
    windows = Windows(1, 12)
    for walk in walks:
        split = windows.take(walk[:, None], walk[:, None], windows.starts(StepRange(0, steps)))
        for blocks in covered:
            clusters = split.clusters if blocks else None
            (found,) = score(mean_error, split.targets * 0, split.targets, 0, clusters, draws=100)
            assert found.low is not None
            assert found.high is not None
            covered[blocks] += found.low <= truth <= found.high
    assert covered[True] >= 85
    assert covered[False] <= 55


@pytest.mark.parametrize(("size", "draws"), [((10, 2), MOST_DRAWS), ((10_000, 100), FEWEST_DRAWS)])
def test_draws_are_fewer_where_each_costs_more(size: tuple[int, int], draws: int) -> None:
    assert count_draws(np.zeros(size, np.float32)) == draws


CASES = ["image_cnn", "text_lstm", "table_dense", "series_gru", "forecast_temporal_conv"]


@pytest.mark.parametrize("case", CASES)
def test_the_metrics_are_those_of_training(bundle_of: BundleOf, data_of: DataOf, case: str) -> None:
    bundle = bundle_of(case)
    kind = {"text_lstm": "text", "forecast_temporal_conv": "forecast"}.get(case)
    _, data = data_of(kind or case.partition("_")[0].replace("image", "images"))
    found = evaluate_split(bundle, data.test)
    with torch.inference_mode():
        outputs = bundle.model()(torch.tensor(data.test.inputs))
    expected = bundle.facts.make_task().measure(outputs, torch.tensor(data.test.targets))
    assert found.examples == len(data.test)
    assert {each.metric: each.value for each in found.scores} == pytest.approx(expected, abs=1e-5)
    assert found == evaluate_split(bundle, data.test)


def test_it_says_what_the_intervals_rest_on(bundle_of: BundleOf, data_of: DataOf) -> None:
    _, data = data_of("table")
    found = evaluate_split(bundle_of("table_dense"), data.test)
    assert found.basis == f"{len(data.test)} examples, bootstrap of {MOST_DRAWS:,} draws"
    assert found.score("mae").metric == "mae"


def test_nothing_cannot_be_measured(bundle_of: BundleOf, data_of: DataOf) -> None:
    _, data = data_of("table")
    nothing = Split(data.test.inputs[:0], data.test.targets[:0])
    with pytest.raises(DataError, match="no example"):
        evaluate_split(bundle_of("table_dense"), nothing)
