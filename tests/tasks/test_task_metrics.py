"""Metrics against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from automl.core.data_types import Classes, Quantities
from automl.tasks.classification import ImageClassification
from automl.tasks.regression import TabularRegression


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_classification(pairs: list[tuple[int, int]]) -> None:
    targets, predicted = (list(each) for each in zip(*pairs, strict=True))
    logits = torch.nn.functional.one_hot(torch.tensor(predicted), 5) * 2.0
    measured = ImageClassification(Classes(tuple("abcde"))).measure(logits, torch.tensor(targets))
    expected = {
        "accuracy": metrics.accuracy_score(targets, predicted),
        "macro_f1": metrics.f1_score(targets, predicted, average="macro"),
        "loss": metrics.log_loss(targets, logits.double().softmax(dim=1), labels=range(5)),
        "balanced_accuracy": metrics.recall_score(
            targets, predicted, average="macro", labels=sorted(set(targets))
        ),
    }
    assert {name: measured[name] for name in expected} == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(2, 4), st.integers(2, 20))
def test_average_precision_is_of_the_rarer_class(seed: int, values: int, rare: int) -> None:
    random = np.random.default_rng(seed)
    targets = [1] * rare + [0] * 30
    scores = random.integers(values, size=len(targets)).astype(np.float32)
    logits = torch.tensor(np.stack([-scores, scores], axis=1))
    task = ImageClassification(Classes(("no", "yes")))
    measured = task.measure(logits, torch.tensor(targets))["average_precision"]
    assert measured == pytest.approx(metrics.average_precision_score(targets, scores))


def test_average_precision_of_many_classes_is_their_mean() -> None:
    logits = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    targets = [0, 1, 2, 2] * 10
    task = ImageClassification(Classes(tuple("abc")))
    measured = task.measure(logits, torch.tensor(targets))["average_precision"]
    expected = metrics.average_precision_score(targets, logits.softmax(dim=1), average="macro")
    assert measured == pytest.approx(expected)


def test_rare_classes_are_ranked_by_what_sees_them() -> None:
    two, three = (ImageClassification(Classes(tuple(each))) for each in ("ab", "abc"))
    assert two.usual_metric(rare=False) == three.usual_metric(rare=False) == "accuracy"
    assert two.usual_metric(rare=True) == "average_precision"
    assert three.usual_metric(rare=True) == "balanced_accuracy"


def area(logits: torch.Tensor, targets: list[int]) -> float:
    task = ImageClassification(Classes(tuple("abc")[: logits.shape[1]]))
    return task.measure(logits, torch.tensor(targets))["auroc"]


def test_area_under_roc_of_two_classes_and_of_many() -> None:
    generator = torch.Generator().manual_seed(0)
    two, three = torch.randn(40, 2, generator=generator), torch.randn(40, 3, generator=generator)
    binary, many = [0, 1] * 20, [0, 1, 2, 2] * 10
    scores = two.softmax(dim=1)[:, 1]
    assert area(two, binary) == pytest.approx(metrics.roc_auc_score(binary, scores))
    expected = metrics.roc_auc_score(many, three.softmax(dim=1), multi_class="ovr")
    assert area(three, many) == pytest.approx(expected)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(2, 4))
def test_ties_share_their_mean_rank(seed: int, values: int) -> None:
    random = np.random.default_rng(seed)
    targets = [0, 1, *random.integers(2, size=30)]
    scores = random.integers(values, size=32).astype(np.float32)
    logits = torch.tensor(np.stack([-scores, scores], axis=1))
    assert area(logits, targets) == pytest.approx(metrics.roc_auc_score(targets, scores))


def test_the_area_is_left_out_where_it_is_not_asked_for() -> None:
    task = ImageClassification(Classes(("a", "b")))
    measured = task.measure(torch.eye(2), torch.tensor([0, 1]), without=task.costly)
    assert measured.keys() == {each.name for each in task.metrics} - task.costly


def test_area_under_roc_without_a_class_is_that_of_the_others() -> None:
    logits = torch.tensor([[2.0, 0, 0], [0, 2, 0], [1, 0, 0]])
    assert area(logits, [0, 1, 0]) == 1
    assert area(logits, [1, 1, 1]) == 0.5


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(2, 50))
def test_regression(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    targets, outputs = random.normal(0, 1, (2, rows, 1, 1)).astype(np.float32)
    task = TabularRegression(Quantities(("y",), (50.0,), (10.0,)))
    measured = task.measure(torch.from_numpy(outputs), torch.from_numpy(targets))
    pair = 50 + 10 * targets.ravel(), 50 + 10 * outputs.ravel()
    squared = metrics.mean_squared_error(*pair)
    expected = {
        "rmse": squared**0.5,
        "mae": metrics.mean_absolute_error(*pair),
        "r2": metrics.r2_score(*pair),
        "loss": squared / 100,
    }
    measured = {name: measured[name] for name in expected}
    assert measured == pytest.approx(expected, rel=1e-4, abs=1e-4)
