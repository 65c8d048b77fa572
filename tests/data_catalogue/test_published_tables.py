from __future__ import annotations

import numpy as np
import pytest
from published_data import publish

from automl.core.data_types import Classes
from automl.data.catalogue.tables import BreastCancer, Diabetes, Diamonds
from automl.data.splits import FIXED_SEED


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


def test_diamonds_as_they_are_published(monkeypatch, data_root):
    publish(data_root, monkeypatch, ["diamonds"])
    one, other = (Diamonds().load("diamonds", seed, silent) for seed in (0, FIXED_SEED + 1))
    assert one.task == "tabular_regression"
    assert one.target.names == ("price",)
    assert one.encoding.describe() == "6 numbers and 3 categories"
    np.testing.assert_array_equal(one.test.targets, other.test.targets)


@pytest.mark.parametrize(
    ("source", "rows", "columns", "task"),
    [
        (BreastCancer, 569, 30, "tabular_classification"),
        (Diabetes, 442, 10, "tabular_regression"),
    ],
)
def test_what_comes_with_scikit_learn(source, rows, columns, task):
    one, other = (source().load("name", seed, silent) for seed in (0, 1))
    assert sum(map(len, (one.train, one.validation, one.test))) == rows
    assert one.encoding.raw_shape == (columns,)
    assert one.task == task
    assert one.notes == ()
    np.testing.assert_array_equal(one.test.inputs, other.test.inputs)


def test_tumours_have_the_labels_of_their_doctors():
    found = BreastCancer().load("breast_cancer", 0, silent)
    assert found.target == Classes(("benign", "malignant"))
    splits = (found.train, found.validation, found.test)
    assert sum(int(split.targets.sum()) for split in splits) == 212
