"""Which examples belong together, as the splits of each kind of data say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from automl.data.dataset import Clusters, Dataset
from automl.data.series.windows import Windows
from automl.data.source import load_dataset

OWNERS = [f"p{number % 24}" for number in range(240)]


def load(path: Path, kind: str, **options: object) -> Dataset:
    return load_dataset(str(path), kind, options, seed=0, announce=lambda line: None)


def make(kind: str, folder: Path) -> tuple[Path, str]:
    random, labels = np.random.default_rng(0), ["no", "yes"] * 120
    if kind == "images":
        for owner, label, number in zip(OWNERS, labels, range(240), strict=True):
            path = folder / "pictures" / label / f"{owner}-{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(256, size=(8, 8)).astype(np.uint8)).save(path)
        return folder / "pictures", r"^(p\d+)-"
    words = [" ".join(random.choice(["good", "bad", "film"], 8)) for _ in OWNERS]
    columns = {
        "table": {"a": random.normal(size=240), "b": random.normal(size=240)},
        "text": {"text": words},
        "series": {f"s{step}": random.normal(size=240) for step in range(6)},
    }[kind]
    frame = pd.DataFrame({**columns, "owner": OWNERS, "label": labels})
    frame.to_csv(folder / "data.csv", index=False)
    return folder / "data.csv", "owner"


@pytest.mark.parametrize("kind", ["table", "text", "series", "images"])
def test_examples_of_one_group_are_one_cluster(kind: str, tmp_path: Path) -> None:
    path, group = make(kind, tmp_path)
    clusters = load(path, kind, group=group).test.clusters
    assert clusters is not None
    assert clusters.name == "groups"
    assert clusters.count in (3, 4)
    assert all(len(each) == 10 for each in clusters.members())


@pytest.mark.parametrize("kind", ["table", "text", "series", "images"])
def test_without_groups_each_example_is_by_itself(kind: str, tmp_path: Path) -> None:
    path, group = make(kind, tmp_path)
    if kind == "series":
        pd.read_csv(path).drop(columns=group).to_csv(path, index=False)
    assert load(path, kind).test.clusters is None


def test_windows_come_in_blocks_of_two_horizons() -> None:
    windows, values = Windows(history=3, horizon=2), np.zeros((40, 1), np.float32)
    clusters = windows.take(values, values, np.arange(10, 21)).clusters
    assert clusters is not None
    assert clusters.name == "blocks of 4 steps"
    assert clusters.ids.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    gaps = windows.take(values, values, np.array([10, 11, 19])).clusters
    assert gaps is not None
    assert gaps.ids.tolist() == [0, 0, 1]
    (one,) = windows.take(values, values, np.array([10])).clusters.members()  # type: ignore[union-attr]
    assert one.tolist() == [0]


def test_members_are_the_places_of_each_cluster() -> None:
    members = Clusters(np.array([7, 3, 7, 5]), "groups").take(np.array([3, 2, 1, 0])).members()
    assert [each.tolist() for each in members] == [[2], [0], [1, 3]]
