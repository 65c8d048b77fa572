"""Whether a column of whole numbers is classes or a number, and how to say it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.core.data_types import Classes, Quantities
from automl.core.errors import DataError, UserError
from automl.data.dataset import Dataset
from automl.data.source import load_dataset

ROWS = 300


def load(kind: str, folder: Path, name: str, values: object, **options: object) -> Dataset:
    random, path = np.random.default_rng(0), folder / "data.csv"
    inputs = random.normal(size=ROWS).round(3)
    texts = [" ".join(random.choice(["good", "bad", "film"], 8)) for _ in range(ROWS)]
    frame = pd.DataFrame({"text": texts} if kind == "text" else {"input": inputs})
    frame.assign(**{name: values}).to_csv(path, index=False)
    return load_dataset(str(path), kind, {"target": name, **options}, 0, lambda line: None)


WHOLE = np.arange(ROWS)


@pytest.mark.parametrize("kind", ["table", "text"])
@pytest.mark.parametrize(
    ("name", "values", "classes"),
    [
        pytest.param("digit", WHOLE % 10, 10, id="codes from 0"),
        pytest.param("stars", WHOLE % 5 + 1, 5, id="codes from 1"),
        pytest.param("glass", np.array([1, 2, 3, 5, 6, 7])[WHOLE % 6], 6, id="a gap"),
        pytest.param("sense", WHOLE % 3 - 1, 3, id="codes around 0"),
        pytest.param("year", WHOLE % 2 + 1999, 2, id="two values"),
        pytest.param("age", WHOLE % 13 + 18, 0, id="ages"),
        pytest.param("roomCount", WHOLE % 6, 0, id="a count by its name"),
        pytest.param("dose", WHOLE % 5 * 10, 0, id="tens"),
        pytest.param("built", WHOLE % 9 + 2010, 0, id="years"),
        pytest.param("many", WHOLE % 21, 0, id="more than 20"),
    ],
)
def test_by_default_codes_are_classes_and_quantities_numbers(
    kind: str, name: str, values: object, classes: int, tmp_path: Path
) -> None:
    data = load(kind, tmp_path, name, values)
    told = [note for note in data.notes if "--task" in note]
    if classes:
        assert isinstance(data.target, Classes)
        assert len(data.target.labels) == classes
        assert bool(told) == (classes > 2)
    else:
        assert isinstance(data.target, Quantities)
        assert bool(told) == (name != "many")


@pytest.mark.parametrize("kind", ["table", "text"])
def test_what_it_is_taken_for_is_told_and_can_be_said(kind: str, tmp_path: Path) -> None:
    stars = WHOLE % 5 + 1
    (note,) = [each for each in load(kind, tmp_path, "stars", stars).notes if "'stars' has" in each]
    assert note == (
        "'stars' has 5 different whole numbers, taken as classes; --task regression predicts a "
        "number"
    )
    number = load(kind, tmp_path, "stars", stars, task="regression")
    assert number.task == {"table": "tabular_regression", "text": "text_regression"}[kind]
    assert not any("--task" in each for each in number.notes)
    ages = load(kind, tmp_path, "age", WHOLE % 13 + 18, task="classification")
    assert ages.target == Classes(tuple(str(age) for age in range(18, 31)))


def test_texts_are_no_number(tmp_path: Path) -> None:
    words = np.array(["low", "high"])[WHOLE % 2]
    with pytest.raises(DataError, match=r"--task regression: .*'risk' holds texts such as 'low'"):
        load("table", tmp_path, "risk", words, task="regression")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("images", "images have classes only"),
        ("series", "whole series have classes only"),
        ("forecast", "of numbers only"),
    ],
)
def test_where_there_is_no_choice_one_line_says_so(kind: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"--task regression: .*{why}; leave out --task"):
        load_dataset(str(tmp_path), kind, {"task": "regression"}, 0, lambda line: None)


def test_a_wrong_word_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"option 'task' \(='numbers'\): input should be 'classif"):
        load("table", tmp_path, "stars", WHOLE % 5, task="numbers")
