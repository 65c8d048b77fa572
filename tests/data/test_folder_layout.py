"""Folders as people have them: unpacked, copied, nested, with something lying beside."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from automl.core.errors import DataError
from automl.data.folder_layout import Layout, find_layout


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def found(root: Path) -> Layout:
    return find_layout(root, "image.png")


def counts(layout: Layout) -> dict[str, int]:
    return {split: len(files) for split, files in layout.splits.items()}


PETS = ("cat/a.png", "cat/b.png", "dog/a.png")


def test_what_systems_leave_behind_is_no_class_and_no_example(tmp_path):
    put(tmp_path, *PETS)
    put(tmp_path, "__MACOSX/pets/cat/._a.png", "@eaDir/x/a.png", "$RECYCLE.BIN/a/b.png")
    put(tmp_path, "cat/Thumbs.db", "cat/desktop.ini", "dog/.DS_Store", "dog/__MACOSX/._a.png")
    layout = found(tmp_path)
    assert layout.labels == ("cat", "dog")
    assert (counts(layout), layout.notes) == ({"train": 3}, ())


@pytest.mark.parametrize("inside", ["pets", "archive/pets", "data/images/pets"])
def test_one_folder_too_many_is_taken_and_told(tmp_path, inside):
    put(tmp_path / inside, *PETS)
    put(tmp_path, "README.txt", "__MACOSX/._pets", "archive.zip")
    layout = found(tmp_path)
    assert layout.labels == ("cat", "dog")
    assert layout.notes == (f"reads the folder {inside!r} inside it",)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("train/train", "test/test"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("training_set", "test_set"),
        ("pets/Training", "pets/Testing"),
    ],
)
def test_nested_splits(tmp_path, train, test):
    put(tmp_path / train, *PETS)
    put(tmp_path / test, "cat/z.png", "dog/z.png")
    layout = found(tmp_path)
    assert layout.labels == ("cat", "dog")
    assert counts(layout) == {"train": 3, "test": 2}


def test_a_folder_beside_the_splits_is_told(tmp_path):
    put(tmp_path / "seg_train", *PETS)
    put(tmp_path, "seg_test/cat/a.png", "seg_test/dog/a.png", "seg_pred/a.png")
    assert found(tmp_path).notes == (
        "left out the folder 'seg_pred' beside seg_test and seg_train",
    )


def test_a_test_folder_with_the_classes_beside_it_is_the_test_split(tmp_path):
    put(tmp_path, *PETS, "test/cat/a.png", "test/dog/b.png")
    assert counts(found(tmp_path)) == {"train": 3, "test": 2}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["test", "Val", "test_images", "test1"])
def test_loose_files_called_a_split_are_no_class(tmp_path, name):
    root = put(tmp_path / "my pets", *PETS, f"{name}/1.png")
    with pytest.raises(DataError, match=rf"the folder '{name}' beside the classes 'cat' and") as no:
        found(root)
    away, renamed = str(no.value).split("`")[1::2]
    shutil.copytree(root, tmp_path / "copy")
    subprocess.run(away, shell=True, check=True)
    assert found(root).labels == ("cat", "dog")
    shutil.rmtree(root)
    (tmp_path / "copy").rename(root)
    subprocess.run(renamed, shell=True, check=True)
    assert found(root).labels == ("cat", f"class-{name}", "dog") or name == "Val"


def test_images_that_lie_beside_the_folders_are_told(tmp_path):
    put(tmp_path, *PETS, "a.png", "b.PNG", "c.png", "d.png", "notes.txt")
    assert found(tmp_path).notes == (
        "left out 4 files beside the folders of the classes: 'a.png', 'b.PNG', 'c.png', …",
    )


@pytest.mark.slow
def test_classes_that_differ_in_case_between_splits_are_named_with_what_mends_it(tmp_path):
    put(tmp_path / "train", "Cat/a.png", "Dog/a.png", "owl/a.png")
    put(tmp_path / "test", "cat/a.png", "dog/a.png", "owl/a.png")
    rule = r"class 'Cat' in train is 'cat' in test, 'Dog' in train is 'dog' in test; .*: mv "
    with pytest.raises(DataError, match=rule) as caught:
        found(tmp_path)
    subprocess.run(str(caught.value).split(": ")[-1], shell=True, check=True)
    assert found(tmp_path).labels == ("Cat", "Dog", "owl")


def test_classes_of_one_split_that_differ_in_case_are_told(tmp_path):
    put(tmp_path, "Cat/a.png", "cat/a.png", "dog/a.png")
    assert found(tmp_path).notes == ("classes that differ only in capitals: 'Cat' and 'cat'",)


def test_spaces_around_a_name_do_not_count(tmp_path):
    put(tmp_path / "train", "cat /a.png", " dog/a.png")
    put(tmp_path / "test", "cat/a.png", "dog/a.png")
    assert found(tmp_path).labels == ("cat", "dog")
    put(tmp_path / "train", "cat/b.png")
    with pytest.raises(DataError, match="'cat' and 'cat ' are one class, 'cat'"):
        found(tmp_path)


def test_accents_are_one_letter_however_they_are_stored(tmp_path):
    put(tmp_path / "train", "cafe\u0301/a.png", "tea/a.png")
    put(tmp_path / "test", "caf\u00e9/a.png", "tea/a.png")
    assert found(tmp_path).labels == ("caf\u00e9", "tea")


def test_a_model_is_measured_on_what_classes_there_are(tmp_path):
    put(tmp_path, "cat/day1/a.png", "cat/day2/a.png")
    layout = find_layout(tmp_path, "image.png", known=("cat", "dog"))
    assert (layout.labels, counts(layout)) == (("cat",), {"train": 2})
