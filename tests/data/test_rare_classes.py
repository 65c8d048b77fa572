"""A class of one or two examples never refuses the others."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from automl.core.data_types import Classes
from automl.core.errors import DataError
from automl.data.dataset import Dataset, Indices
from automl.data.source import load_dataset
from automl.data.splits import split_classes, split_rows

LABELS = ["no", "yes"] * 30 + ["never"] + ["maybe"] * 2
SPLITS = ("train", "validation", "test")


def make(kind: str, folder: Path) -> Path:
    random, rows = np.random.default_rng(0), len(LABELS)
    if kind == "images":
        for number, label in enumerate(LABELS):
            path = folder / "pictures" / label / f"p{number % 21}-{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(256, size=(8, 8)).astype(np.uint8)).save(path)
        return folder / "pictures"
    columns = {
        "table": {"a": random.normal(size=rows), "b": random.normal(size=rows)},
        "text": {"text": [f"take {number} of a film" for number in range(rows)]},
        "series": {f"s{step}": random.normal(size=rows) for step in range(6)},
    }[kind]
    owners = [f"p{number % 21}" for number in range(rows)]
    frame = pd.DataFrame({**columns, "owner": owners, "day": np.arange(rows), "label": LABELS})
    dropped = {"series": ["day"]}.get(kind, [])
    frame.drop(columns=dropped).to_csv(folder / "data.csv", index=False)
    return folder / "data.csv"


def counted(data: Dataset) -> dict[str, dict[str, int]]:
    assert isinstance(data.target, Classes)
    labels = data.target.labels
    found = {name: Counter(getattr(data, name).targets.tolist()) for name in SPLITS}
    return {name: {labels[at]: times for at, times in each.items()} for name, each in found.items()}


CUTS = {
    "table": [{}, {"group": "owner"}, {"time": "day"}],
    "text": [{}, {"group": "owner"}, {"time": "day"}],
    "series": [{"group": "owner"}],
    "images": [{}, {"group": r"^(p\d+)-"}],
}
CASES = [(kind, cut) for kind, cuts in CUTS.items() for cut in cuts]


@pytest.mark.parametrize(("kind", "cut"), CASES)
def test_it_is_left_out_and_counted(kind: str, cut: dict[str, str], tmp_path: Path) -> None:
    target = {} if kind == "images" else {"target": "label"}
    data = load_dataset(str(make(kind, tmp_path)), kind, {**cut, **target}, 0, lambda line: None)
    assert data.target == Classes(("no", "yes"))
    assert sum(len(getattr(data, name)) for name in SPLITS) == 60
    assert (
        "left out 3 examples of 2 classes 'maybe' (2), 'never' (1): fewer than 3 each; "
        "--keep-rare keeps them in train"
    ) in data.notes


@pytest.mark.parametrize(("kind", "cut"), CASES)
def test_it_is_kept_in_train_where_that_is_asked_for(
    kind: str, cut: dict[str, str], tmp_path: Path
) -> None:
    target = {} if kind == "images" else {"target": "label"}
    options = {**cut, **target, "keep_rare": True}
    data = load_dataset(str(make(kind, tmp_path)), kind, options, 0, lambda line: None)
    found = counted(data)
    assert set(found["validation"]) | set(found["test"]) == {"no", "yes"}
    if not cut:
        assert data.target == Classes(("maybe", "never", "no", "yes"))
        assert (found["train"]["maybe"], found["train"]["never"]) == (2, 1)
    if "time" in cut:  # theirs are the latest rows of all
        assert data.target == Classes(("no", "yes"))
    json.dumps(data.notes)


def test_what_train_has_not_is_left_out_and_what_test_has_not_is_told(tmp_path: Path) -> None:
    labels = ["old"] * 40 + ["both", "third", "old"] * 10
    labels += ["both", "third"] * 10 + ["both", "new", "third"] * 10
    frame = pd.DataFrame({"a": np.arange(120.0) % 7, "day": np.arange(120), "label": labels})
    frame.to_csv(tmp_path / "a.csv", index=False)
    options = {"target": "label", "time": "day"}
    data = load_dataset(str(tmp_path / "a.csv"), "table", options, 0, lambda line: None)
    assert data.target == Classes(("both", "old", "third"))
    told = " | ".join(data.notes)
    assert "left out 10 examples of 1 class 'new' (10): none of them is in train" in told
    assert "test has no example of 'old' (50)" in told


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (["a"] * 50 + ["b"], "class 'b' has 1 usable example, but at least 3"),
        ([f"id{at}" for at in range(60)], "60 classes in 60 examples: is it the right target"),
    ],
)
def test_too_little_is_left_to_learn(labels: list[str], why: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(len(labels)) % 7 / 2, "label": labels})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match=why):
        load_dataset(str(tmp_path / "a.csv"), "table", {"target": "label"}, 0, lambda line: None)


@given(
    st.lists(st.integers(1, 2), max_size=5),
    st.lists(st.integers(3, 30), min_size=2, max_size=4),
    st.booleans(),
)
def test_no_example_is_in_two_splits_and_none_of_a_class_is_lost(
    rare: list[int], usual: list[int], keep: bool
) -> None:
    counts = [*usual, *rare]
    targets = np.random.RandomState(0).permutation(np.repeat(np.arange(len(counts)), counts))
    labels = tuple(f"c{at}" for at in range(len(counts)))
    if 2 * sum(usual) < sum(counts):
        return

    def cut(rows: Indices) -> dict[str, Indices]:
        return split_rows(len(rows), 0, classes=targets[rows])

    classed = split_classes(targets, labels, cut, keep_rare=keep)
    used = np.concatenate(list(classed.splits.values()))
    assert len(used) == len(set(used.tolist())) == (sum(counts) if keep else sum(usual))
    assert classed.labels == (labels if keep else labels[: len(usual)])
    for part in classed.splits.values():
        assert (classed.ids[targets[part]] >= 0).all()
        assert set(range(len(usual))) <= set(targets[part].tolist())
