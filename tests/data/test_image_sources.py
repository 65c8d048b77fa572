"""Frames of one source, and the same image twice."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from data_files import save_folder, save_image

from automl.core.errors import DataError, UserError
from automl.data.dataset import Dataset
from automl.data.images.decode import decode_image
from automl.data.source import load_dataset

SPLITS = ("train", "validation", "test")
VIDEO = r"^(video\d+)_"


def load(path: Path, seed: int = 0, **options: object) -> Dataset:
    return load_dataset(str(path), "images", options, seed, print)


def save_videos(root: Path, videos: int = 12, frames: int = 4) -> Path:
    """Two classes of frames, and each video's frames in one of them."""
    for video in range(videos):
        for frame in range(frames):
            name = f"video{video}_{frame:03}.png"
            label = ("cat", "dog")[video % 2]
            save_image(root / label / name, seed=100 * video + frame)
    return root


def places(root: Path, dataset: Dataset) -> dict[str, set[str]]:
    """The splits that each source has images in, which are found by their pixels."""
    shape = dataset.encoding.shape
    source = {}
    for file in root.rglob("*.png"):
        source[decode_image(file, shape).tobytes()] = file.name.split("_")[0]
    found: dict[str, set[str]] = defaultdict(set)
    for split in SPLITS:
        for image in getattr(dataset, split).inputs:
            found[source[image.tobytes()]].add(split)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_no_source_is_in_two_splits(tmp_path, seed):
    root = save_videos(tmp_path / "frames")
    dataset = load(root, seed, group=VIDEO)
    found = places(root, dataset)
    assert len(found) == 12
    assert all(len(splits) == 1 for splits in found.values())
    assert set().union(*found.values()) == set(SPLITS)
    assert sum(len(getattr(dataset, split)) for split in SPLITS) == 48


def test_without_a_group_sources_are_in_many_splits(tmp_path):
    root = save_videos(tmp_path / "frames")
    assert any(len(splits) > 1 for splits in places(root, load(root)).values())


def test_the_whole_match_is_the_source_where_the_expression_has_no_group(tmp_path):
    root = save_videos(tmp_path / "frames")
    assert load(root, group=r"video\d+_").fingerprint == load(root, group=VIDEO).fingerprint


def test_a_source_may_be_a_folder(tmp_path):
    root = tmp_path / "frames"
    for label in ("cat", "dog"):
        for index in range(16):
            save_image(root / label / f"day{index % 4}" / f"{index}.png", seed=index)
    dataset = load(root, group="^(.*)/")
    assert sum(len(getattr(dataset, split)) for split in SPLITS) == 32


def test_a_given_test_split_stays_and_validation_is_cut_by_source(tmp_path):
    save_videos(tmp_path / "frames" / "train")
    for video in ("video3", "video77"):
        for label in ("cat", "dog"):
            save_image(tmp_path / "frames" / "test" / label / f"{video}_{label}.png")
    dataset = load(tmp_path / "frames", group=VIDEO)
    assert len(dataset.test) == 4
    shared = [note for note in dataset.notes if "sources" in note]
    assert len(shared) == 1
    assert shared[0].startswith("1 of 2 sources in test ")
    assert "'video3'" in shared[0]


def test_a_name_without_a_source_is_counted_and_shown(tmp_path):
    root = save_videos(tmp_path / "frames")
    save_image(root / "dog" / "more" / "holiday.png")
    save_image(root / "dog" / "zebra.png")
    with pytest.raises(DataError, match=r"2 of 50 files do not match group.*'more/holiday.png'"):
        load(root, group=VIDEO)


def test_an_expression_that_is_none_is_refused(tmp_path):
    rule = re.escape("option 'group' (='('): input should be a regular expression")
    with pytest.raises(UserError, match=rule):
        load(save_videos(tmp_path / "frames"), group="(")


def test_a_class_of_too_few_sources_is_named(tmp_path):
    root = save_videos(tmp_path / "frames", videos=5)
    with pytest.raises(DataError, match="validation has examples of 1 class only, 'cat'"):
        load(root, group=VIDEO)


def test_the_same_image_in_two_splits_is_told_with_counts(tmp_path):
    root = tmp_path / "pets"
    save_folder(root / "train", count=5)
    save_folder(root / "validation", count=1, size=(11, 11))
    save_folder(root / "test", count=3)
    (_, note) = load(root, size=12).notes
    assert note.startswith("6 of 6 test images are also in train or validation, pixel for pixel")
    shutil.copy(root / "train" / "cat" / "4.png", root / "validation" / "dog" / "again.png")
    _, *notes = load(root, size=12).notes
    assert [note.split(" also")[0] for note in notes] == [
        "1 of 3 validation images is",
        "6 of 6 test images are",
    ]


def test_the_same_image_twice_in_one_split_is_no_leak(tmp_path):
    for seed, (split, label) in enumerate(product(SPLITS, ("cat", "dog"))):
        for name in ("one.png", "same.png"):
            save_image(tmp_path / split / label / name, seed=seed)
    dataset = load(tmp_path)
    assert dataset.notes == ()
    assert len(np.unique(dataset.train.inputs, axis=0)) == 2
