"""What costs nothing is measured before anything is trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

from automl.core.records import Reference
from automl.data.dataset import Dataset, Split
from automl.data.source import load_dataset
from automl.tasks import TASKS
from automl.trials.references import MOST_EXAMPLES, find_references


def by_name(data: Dataset) -> dict[str, Reference]:
    metric = TASKS[data.task].default_metric
    return {each.name: each for each in find_references(data, metric)}


def table(folder: Path, frame: pd.DataFrame) -> Dataset:
    path = folder / "rows.csv"
    frame.to_csv(path, index=False)
    return load_dataset(str(path), "table", {}, 0, print)


def test_classes_have_the_usual_answer_and_a_linear_model() -> None:
    data = load_dataset("breast_cancer", "table", {}, 0, print)
    constant, linear = by_name(data).values()
    assert constant.name == "always 'benign'"
    most_often = np.full(len(data.validation), data.target.labels.index("benign"))
    expected = accuracy_score(data.validation.targets, most_often)
    assert constant.metrics["accuracy"] == pytest.approx(expected)
    assert linear.name == "a linear model"
    assert linear.metrics["accuracy"] > 0.9


def test_numbers_have_the_mean_and_a_linear_model(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    found = by_name(table(tmp_path, pd.DataFrame({"x": x, "price": 3 * x + 1000})))
    assert set(found) == {"always the mean", "a linear model"}
    assert found["always the mean"].metrics["r2"] == pytest.approx(0.0, abs=0.2)
    assert found["a linear model"].metrics["r2"] > 0.99


def test_forecasts_have_the_season_before_and_a_linear_model(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=400)
    sales = np.sin(np.arange(400) * 2 * np.pi / 7) + np.arange(400) / 50
    path = tmp_path / "series.csv"
    pd.DataFrame({"day": days, "sales": sales}).to_csv(path, index=False)
    found = by_name(load_dataset(str(path), "forecast", {}, 0, print))
    season = found["the value 7 steps before"].metrics["mae"]
    assert season == pytest.approx(7 / 50, rel=0.05)  # what it grows by in a week
    assert found["a linear model"].metrics["mae"] < season


def test_texts_have_a_linear_model_of_words_and_pairs(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    words = np.array(["film", "plot", "actor", "scene"])
    rows = [
        {"review": " ".join([*random.choice(words, 8), mood]), "mood": mood}
        for mood in random.choice(["good", "bad"], 200)
    ]
    path = tmp_path / "reviews.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    found = by_name(load_dataset(str(path), "text", {"tokenizer": "word"}, 0, print))
    assert found["a linear model"].metrics["accuracy"] == 1.0


def test_a_large_set_is_fitted_in_part_and_that_is_said() -> None:
    data = load_dataset("digits", "images", {}, 0, print)
    times = 1 + MOST_EXAMPLES // len(data.train)
    inputs, targets = data.train.inputs, data.train.targets
    many = Split(np.tile(inputs, (times, 1, 1, 1)), np.tile(targets, times))
    found = by_name(replace(data, train=many))
    assert f"a linear model of {MOST_EXAMPLES:,} examples" in found


def test_one_class_in_training_has_no_linear_model(tmp_path: Path) -> None:
    data = load_dataset("breast_cancer", "table", {}, 0, print)
    one = data.train.take(np.flatnonzero(data.train.targets == 0))
    assert len(by_name(replace(data, train=one))) == 1
