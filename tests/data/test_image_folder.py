from __future__ import annotations

import shutil

import numpy as np
import pytest
from data_files import save_folder, save_image

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.images.cache import CacheLimits
from automl.data.images.decode import decode_image
from automl.data.images.folder import ImageFolder
from automl.data.source import load_dataset


def load(path: object, seed: int = 0, **options: object) -> Dataset:
    return load_dataset(str(path), "images", options, seed, print)


def sizes(dataset: Dataset) -> tuple[int, int, int]:
    return len(dataset.train), len(dataset.validation), len(dataset.test)


def test_a_folder_per_class(tmp_path):
    dataset = load(save_folder(tmp_path / "pets", count=20))
    assert dataset.name == "pets"
    assert dataset.target.labels == ("cat", "dog")
    assert sizes(dataset) == (28, 6, 6)
    assert dataset.notes == ()


def test_any_mix_of_images_is_read_as_decode_image_does(mixed_folder):
    dataset = load(mixed_folder, size=16)
    assert dataset.encoding.shape == (3, 16, 16)
    assert not any("skipped" in note for note in dataset.notes)
    every = np.concatenate([s.inputs for s in (dataset.train, dataset.validation, dataset.test)])
    found = {image.tobytes() for image in every}
    files, levels = list(mixed_folder.rglob("*.*")), dataset.encoding.levels
    assert found == {decode_image(file, (3, 16, 16), levels).tobytes() for file in files}


@pytest.mark.parametrize("validation", ["val", "valid", "validation", "Val"])
def test_given_splits_are_kept(tmp_path, validation):
    save_folder(tmp_path / "train", count=5)
    save_folder(tmp_path / validation, count=1)
    save_folder(tmp_path / "test", count=2)
    assert sizes(load(tmp_path)) == (10, 2, 4)


def test_splits_that_are_not_given_are_cut_from_train(tmp_path):
    save_folder(tmp_path / "train", count=20)
    assert sizes(load(tmp_path)) == (28, 6, 6)
    save_folder(tmp_path / "test", count=4)
    assert sizes(load(tmp_path)) == (34, 6, 8)


def test_a_class_may_be_called_train(tmp_path):
    dataset = load(save_folder(tmp_path, classes=("car", "plane", "train")))
    assert dataset.target.labels == ("car", "plane", "train")


def test_the_seed_decides_the_split(tmp_path):
    save_folder(tmp_path, count=20)
    assert load(tmp_path, seed=1).fingerprint == load(tmp_path, seed=1).fingerprint
    assert load(tmp_path, seed=1).fingerprint != load(tmp_path, seed=2).fingerprint


def test_content_and_not_place_decides_the_fingerprint(tmp_path):
    save_folder(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "a" / "there")
    assert load(tmp_path / "here").fingerprint == load(tmp_path / "a" / "there").fingerprint
    (tmp_path / "here" / "cat").rename(tmp_path / "here" / "cow")
    assert load(tmp_path / "here").fingerprint != load(tmp_path / "a" / "there").fingerprint


@pytest.mark.parametrize(
    ("image_sizes", "side"),
    [
        ([(12, 10)], 12),
        ([(300, 200)], 128),
        ([(30, 20), (20, 41), (50, 50)], 40),
        ([(3, 2), (2, 2)], 8),
        ([(900, 20), (20, 700)], 128),
    ],
)
def test_the_default_size_is_that_of_the_images(tmp_path, image_sizes, side):
    for label in ("cat", "dog"):
        for index in range(6):
            size = image_sizes[index % len(image_sizes)]
            save_image(tmp_path / label / f"{index}.png", size=size)
    assert load(tmp_path).encoding.shape == (1, side, side)


def test_one_coloured_image_makes_all_coloured(tmp_path):
    save_folder(tmp_path)
    assert load(tmp_path).encoding.shape[0] == 1
    assert load(tmp_path, channels=3).encoding.shape[0] == 3
    save_image(tmp_path / "cat" / "colour.png", "RGB")
    assert load(tmp_path).encoding.shape[0] == 3
    assert load(tmp_path, channels=1).encoding.shape[0] == 1


def test_hidden_files_are_not_looked_at(tmp_path):
    hidden = tmp_path / ".hidden"
    save_folder(hidden / "pets")
    for name in (".DS_Store", ".thumbnails/a.png"):
        (hidden / "pets" / "cat" / name).parent.mkdir(exist_ok=True)
        (hidden / "pets" / "cat" / name).touch()
    (hidden / "pets" / ".git").mkdir()
    dataset = load(hidden / "pets")
    assert sum(sizes(dataset)) == 12
    assert dataset.notes == ()


def test_links_and_folders_in_a_class_are_followed(tmp_path):
    save_folder(tmp_path / "store")
    save_image(tmp_path / "store" / "cat" / "more" / "deep.png")
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "cat").symlink_to(tmp_path / "store" / "cat")
    shutil.copytree(tmp_path / "store" / "dog", tmp_path / "pets" / "dog")
    (tmp_path / "pets" / "dog" / "link.png").symlink_to(tmp_path / "store" / "cat" / "0.png")
    assert sum(sizes(load(tmp_path / "pets"))) == 14


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (None, ("images of 200 pixels are read at 128×128; --size sets another size",)),
        (64, ("images of 200 pixels are read at 64×64",)),
        (200, ()),
    ],
)
def test_the_size_that_images_are_read_with_is_told(tmp_path, size, told):
    save_folder(tmp_path, size=(200, 150))
    assert load(tmp_path, size=size).notes == told


def test_unreadable_images_are_counted_and_named(tmp_path):
    save_folder(tmp_path)
    photo = tmp_path / "photo.jpg"
    save_image(photo, "RGB", (99, 99))
    (tmp_path / "cat" / "cut.jpg").write_bytes(photo.read_bytes()[:2000])
    photo.unlink()
    for name in ("cat/empty.png", "dog/text.png", "dog/z.gif"):
        (tmp_path / name).write_bytes(b"" if "empty" in name else b"just text")
    dataset = load(tmp_path, channels=1)
    assert sum(sizes(dataset)) == 12
    (note, _) = dataset.notes
    assert note.startswith("skipped 4 files that cannot be read as an image")
    for name in ("cat/empty.png", "dog/text.png", "dog/z.gif"):
        assert name in note


def test_too_many_unreadable_images_are_an_error_that_counts_them(tmp_path):
    save_folder(tmp_path)
    for index in range(4):
        (tmp_path / "dog" / f"{index}.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"class 'dog' has 2 .* at least 3 .* skipped 4 files"):
        load(tmp_path)


def write_nothing(root):
    root.mkdir()


def write_file(root):
    root.touch()


def write_loose_images(root):
    save_image(root / "a.png")


def write_one_class(root):
    save_folder(root, classes=("cat",))


def write_junk(root):
    for name in ("cat/a.png", "dog/b.png"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("text")


def write_empty_class(root):
    save_folder(root)
    (root / "zebra").mkdir()


def write_other_test_classes(root):
    save_folder(root / "train")
    save_folder(root / "test", classes=("cat", "cow"))


def write_no_train(root):
    save_folder(root / "val")
    save_folder(root / "test")


def write_loose_in_train(root):
    save_image(root / "train" / "a.png")
    save_image(root / "test" / "a.png")


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda root: None, "there is no such folder"),
        (write_file, "this is a file"),
        (write_nothing, "is empty; .*CLASS/image.png"),
        (write_loose_images, "no folders; .*CLASS/image.png"),
        (write_one_class, "one class only, 'cat'"),
        (write_junk, "no image .* can be read; skipped 2 files .*'cat/a.png'"),
        (write_other_test_classes, "class 'cow' is in test, but not in train"),
        (write_no_train, "test and val, but no folder 'train'"),
        (write_loose_in_train, "'test' has files, but no folders"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_clear_line(tmp_path, write, message):
    root = tmp_path / "photos"
    write(root)
    with pytest.raises(DataError, match=message) as caught:
        load(root)
    assert str(caught.value).startswith(f"{root}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["./" + "y" * 300, "~nobody-at-all/photos"])
def test_a_path_that_cannot_be_is_one_clear_line(path):
    with pytest.raises(DataError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")


class TalkativeFolder(ImageFolder):
    """Tells all progress."""

    limits = CacheLimits(seconds=0.0)


def test_a_long_read_tells_its_progress(tmp_path):
    told: list[str] = []
    TalkativeFolder().load(str(save_folder(tmp_path / "pets")), 0, told.append)
    assert told == ["images looked at: 12 of 12", "images decoded: 12 of 12"]


def test_a_short_read_is_not_spoken_of(tmp_path):
    told: list[str] = []
    load_dataset(str(save_folder(tmp_path)), "images", {}, 0, told.append)
    assert told == []
