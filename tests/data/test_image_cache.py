from __future__ import annotations

import os
import pickle
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data_files import save_folder, save_image

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.images.cache import PIXELS, STATE, CacheLimits
from automl.data.images.folder import ImageFolder

ALL_IMAGES = ("train", "validation", "test")
COUNT = 20


class FolderInChunks(ImageFolder):
    """Decodes four images at once and tells all progress."""

    limits = CacheLimits(at_once=4, seconds=0.0)


@pytest.fixture
def pets(tmp_path, data_root) -> Path:
    """Forty images."""
    return save_folder(tmp_path / "pets", count=COUNT)


def load(
    folder: Path, kind: type[ImageFolder] = FolderInChunks, **options: object
) -> tuple[Dataset, list[str]]:
    told: list[str] = []
    return kind.model_validate(options).load(str(folder), 0, told.append), told


def start_loading(folder: Path, until: int = 0) -> subprocess.Popen[str]:
    """Another process that loads the folder, and stands still after ``until`` decoded images."""
    code = (
        "import sys, time\n"
        "from automl.data.images.cache import CacheLimits\n"
        "from automl.data.images.folder import ImageFolder\n"
        "class FolderInChunks(ImageFolder):\n"
        "    limits = CacheLimits(at_once=4, seconds=0.0)\n"
        "def tell(line):\n"
        "    print(line, flush=True)\n"
        "    if line.startswith(f'images decoded: {sys.argv[2]} '):\n"
        "        time.sleep(60)\n"
        "FolderInChunks().load(sys.argv[1], 0, tell)\n"
    )
    command = [sys.executable, "-c", code, str(folder), str(until)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def decoded(told: list[str]) -> list[int]:
    """The counts of decoded images that were told of."""
    return [int(line.split()[2]) for line in told if line.startswith("images decoded:")]


def assert_same(one: Dataset, other: Dataset) -> None:
    assert one.fingerprint == other.fingerprint
    assert one.encoding == other.encoding
    assert one.notes == other.notes
    for name in ALL_IMAGES:
        np.testing.assert_array_equal(getattr(one, name).inputs, getattr(other, name).inputs)
        np.testing.assert_array_equal(getattr(one, name).targets, getattr(other, name).targets)


def pixel_files(data_root: Path) -> list[Path]:
    return sorted(data_root.rglob(PIXELS))


def test_nothing_is_read_twice(pets):
    first, told = load(pets)
    assert decoded(told) == [*range(4, 2 * COUNT + 1, 4)]
    again, told = load(pets)
    assert told == []
    assert_same(again, first)


def test_a_smaller_or_other_cut_does_not_disturb_what_is_there(pets, data_root):
    load(pets)
    small, told = load(pets, size=8)
    assert decoded(told)
    assert small.train.inputs.shape[1:] == (1, 8, 8)
    assert len(pixel_files(data_root)) == 2
    assert load(pets)[1] == []


@pytest.mark.parametrize("change", ["content", "new", "gone"])
def test_a_changed_folder_is_decoded_again(pets, change):
    before, _ = load(pets)
    file = pets / "cat" / "0.png"
    if change == "content":
        save_image(file, seed=12345)
    elif change == "new":
        save_image(pets / "cat" / "new.png", seed=12345)
    else:
        file.unlink()
    after, told = load(pets)
    assert decoded(told)[-1] == sum(len(getattr(after, name)) for name in ALL_IMAGES)
    assert after.fingerprint != before.fingerprint


def test_the_size_of_the_images_does_not_change_the_fingerprint(pets):
    assert load(pets, size=8)[0].fingerprint == load(pets, size=16, channels=3)[0].fingerprint


@pytest.mark.slow
def test_a_killed_decoding_goes_on_where_it_was(pets, data_root, tmp_path, monkeypatch):
    with start_loading(pets, until=12) as process:
        assert any(line.startswith("images decoded: 12 ") for line in process.stdout)
        process.kill()
    (pixels,) = pixel_files(data_root)
    with pixels.open("ab") as file:  # as if it had been killed while it wrote
        file.write(b"half an image")
    resumed, told = load(pets)
    assert decoded(told)[0] == 16

    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "elsewhere"))
    assert_same(resumed, load(pets, ImageFolder)[0])


@pytest.mark.parametrize("damage", ["cut short", "gone", "state"])
def test_a_damaged_cache_is_made_anew(pets, data_root, damage):
    before, _ = load(pets)
    (pixels,) = pixel_files(data_root)
    if damage == "cut short":
        os.truncate(pixels, pixels.stat().st_size - 1)
    elif damage == "gone":
        pixels.unlink()
    else:
        (pixels.parent / STATE).write_text("{")
    after, told = load(pets)
    assert decoded(told)[0] == 4
    assert_same(after, before)


@pytest.mark.slow
def test_processes_that_come_at_once_share_the_work(pets, data_root):
    with start_loading(pets) as one, start_loading(pets) as other:
        dataset, told = load(pets)
        every = [*decoded(told), *decoded(list(one.stdout)), *decoded(list(other.stdout))]
    assert sorted(every) == [*range(4, 2 * COUNT + 1, 4)]
    (pixels,) = pixel_files(data_root)
    assert pixels.stat().st_size == 2 * COUNT * 12 * 12
    assert_same(load(pets)[0], dataset)


def test_a_full_disk_is_one_clear_line_and_the_work_goes_on_after_it(pets, data_root):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))
    try:
        with pytest.raises(DataError, match=r"cannot keep the decoded .*AUTOML_DATA") as caught:
            load(pets)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert decoded(load(pets)[1])[0] == 24


def test_what_cannot_fit_is_not_begun(pets, data_root, monkeypatch):
    room = shutil.disk_usage(data_root.parent)._replace(free=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: room)
    with pytest.raises(DataError, match=r"\d+\.\d GB are free; make room for \d+\.\d GB"):
        load(pets, size=9_000)
    assert pixel_files(data_root) == []


def test_a_cache_that_cannot_be_written_is_one_clear_line(pets, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match="file") as caught:
        load(pets)
    assert "\n" not in str(caught.value)


class LargeFolder(ImageFolder):
    """Takes every cache for a large one."""

    limits = CacheLimits(large=0)


def test_a_large_one_says_where_it_is(pets, data_root):
    _, told = load(pets, LargeFolder)
    (line,) = (line for line in told if line.startswith("decoding 40 images once, into"))
    assert str(pixel_files(data_root)[0].parent) in line


def test_an_image_damaged_behind_its_header_leaves_no_hole(pets):
    photo = pets / "cat" / "photo.jpg"
    save_image(photo, "RGB", (99, 99))
    photo.write_bytes(photo.read_bytes()[:2000])
    dataset, _ = load(pets, size=12, channels=1)
    photo.unlink()
    found = np.concatenate([getattr(dataset, name).inputs for name in ALL_IMAGES])
    assert len(found) == 2 * COUNT
    clean, _ = load(pets, size=12, channels=1)
    every = np.concatenate([getattr(clean, name).inputs for name in ALL_IMAGES])
    assert {image.tobytes() for image in found} == {image.tobytes() for image in every}
    (note, _) = dataset.notes
    assert "skipped 1 file " in note
    assert "'cat/photo.jpg'" in note


def test_a_dataset_goes_to_another_process_as_the_name_of_its_file(pets):
    dataset, _ = load(pets, size=64)
    content = pickle.dumps(dataset)
    assert len(content) < dataset.test.inputs.nbytes
    assert_same(pickle.loads(content), dataset)


def test_elsewhere_a_dataset_without_its_file_is_one_clear_line(pets, data_root):
    content = pickle.dumps(load(pets)[0])
    shutil.rmtree(data_root)
    with pytest.raises(DataError, match="not on this machine"):
        pickle.loads(content)
