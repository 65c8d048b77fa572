"""Images that a table lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_files import save_image

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.images.decode import decode_image
from automl.data.source import load_dataset

COUNT = 20
LABELS = ["cat", "dog"] * (COUNT // 2)


def load(table: Path, **options: object) -> Dataset:
    return load_dataset(str(table), "images", options, 0, print)


def size(dataset: Dataset) -> int:
    return len(dataset.train) + len(dataset.validation) + len(dataset.test)


def save_images(folder: Path, suffix: str = ".png") -> list[Path]:
    files = [folder / f"{at:03}{suffix}" for at in range(COUNT)]
    for at, file in enumerate(files):
        save_image(file, seed=at)
    return files


def write(
    table: Path, said: list[str], labels: list[str] = LABELS, head: str = "file,label"
) -> Path:
    rows = [f"{file},{label}" for file, label in zip(said, labels, strict=True)]
    table.write_text("\n".join([head, *rows]) + "\n")
    return table


@pytest.mark.parametrize("folder", [".", "train", "pictures", "train/deep"])
@pytest.mark.parametrize(
    "say",
    [
        lambda file, root: file.relative_to(root).as_posix(),
        lambda file, root: "./" + file.relative_to(root).as_posix(),
        lambda file, root: str(file),
        lambda file, root: str(file.relative_to(root).with_suffix("")),
        lambda file, root: "C:\\Users\\ann\\set\\" + str(file.relative_to(root)).replace("/", "\\"),
        lambda file, root: "/home/ann/set/" + file.relative_to(root).as_posix(),
        lambda file, root: f" {file.relative_to(root).with_suffix('.PNG')} ",
    ],
)
def test_files_are_found_as_people_write_them(tmp_path, folder, say):
    files = save_images(tmp_path / folder)
    dataset = load(write(tmp_path / "train.csv", [say(file, tmp_path) for file in files]))
    assert dataset.target.labels == ("cat", "dog")
    assert dataset.encoding.files == "file"
    assert dataset.notes == (
        "predicts 'label' of the images in 'file'; --target names another column",
    )
    assert size(dataset) == COUNT
    pixels = {decode_image(file, (1, 12, 12)).tobytes() for file in files}
    splits = (dataset.train, dataset.validation, dataset.test)
    assert {image.tobytes() for split in splits for image in split.inputs} == pixels


@pytest.mark.parametrize("folder", ["train", "pictures"])
@pytest.mark.parametrize("say", [lambda file: file.name, lambda file: file.stem])
def test_a_name_alone_is_looked_for_beside_the_table(tmp_path, folder, say):
    files = save_images(tmp_path / folder, ".jpg")
    assert size(load(write(tmp_path / "train.csv", list(map(say, files))))) == COUNT


def test_columns_are_found_among_others(tmp_path):
    """A number for each row, a label that is a number, and a label that is called so."""
    files = save_images(tmp_path / "images")
    rows = [f"{at},{at % 2},{file.name},{at % 3},5.{at}" for at, file in enumerate(files)]
    table = tmp_path / "all.csv"
    table.write_text("\n".join(["nr,label,picture,kind,weight", *rows]) + "\n")
    assert load(table).target.labels == ("0", "1")
    assert load(table, target="kind").target.labels == ("0", "1", "2")
    with pytest.raises(
        DataError, match="there is no column 'kin' for --target; did you mean 'kind'"
    ):
        load(table, target="kin")


def test_a_column_of_splits_is_kept_to(tmp_path):
    files = save_images(tmp_path / "images")
    splits = ["Training"] * 12 + ["Valid"] * 4 + ["test"] * 4
    labels = [f"{label},{split}" for label, split in zip(LABELS, splits, strict=True)]
    names = [file.name for file in files]
    dataset = load(write(tmp_path / "a.csv", names, labels, "file,label,split"))
    assert [len(each) for each in (dataset.train, dataset.validation, dataset.test)] == [12, 4, 4]


def test_the_rows_of_a_group_stay_together(tmp_path):
    files = save_images(tmp_path / "images")
    labels = [f"{('cat', 'dog')[at // 2 % 2]},p {at // 2}" for at in range(COUNT)]
    names = [file.name for file in files]
    dataset = load(write(tmp_path / "a.csv", names, labels, "file,label,who"), group="who")
    known = {decode_image(file, (1, 12, 12)).tobytes(): at // 2 for at, file in enumerate(files)}
    splits = (dataset.train, dataset.validation, dataset.test)
    groups = [{known[image.tobytes()] for image in split.inputs} for split in splits]
    assert sum(map(len, groups)) == COUNT // 2


def test_labels_are_cut_and_those_that_differ_in_case_are_told(tmp_path):
    files = [file.name for file in save_images(tmp_path)]
    labels = ["cat ", "dog", " Dog", "cat", "Dog"] * 4
    dataset = load(write(tmp_path / "a.csv", files, labels))
    assert dataset.target.labels == ("Dog", "cat", "dog")
    assert "classes that differ only in capitals: 'Dog' and 'dog'" in dataset.notes


def test_what_cannot_be_used_is_counted_and_told(tmp_path):
    files = [file.name for file in save_images(tmp_path)]
    (tmp_path / "005.png").unlink()
    (tmp_path / "006.png").write_text("text")
    said = [*files, "", files[1], files[2], files[3]]
    dataset = load(
        write(tmp_path / "a.csv", said, [*LABELS, "cat", "cat", "cat", ""]), target="label"
    )
    assert size(dataset) == COUNT - 3
    assert dataset.notes == (
        "left out 2 of 24 rows without 'label' or 'file'",
        "1 of 20 files are not there, the first: '005.png'",
        "left out 1 image of several classes, the first: '001.png' is 'dog' and 'cat'",
        "skipped 1 file that cannot be read as an image: '006.png'",
    )


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("file,label\na.png,x\nb.png,y\n", r"none of the 2 files .*'file' is there, the first is"),
        ("size,label\n3,x\n4,y\n", "no column of it names the files of images, of 'size', 'label'"),
        ("file,label\n000.png,x\n001.png,x\n", "column 'label' has only one class"),
        ("file,one,two\n000.png,x,y\n001.png,z,y\n", "not clear which column is the target"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line(tmp_path, content, rule):
    save_images(tmp_path / "deep" / "down")
    save_image(tmp_path / "000.png")
    save_image(tmp_path / "001.png")
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=rule) as caught:
        load(tmp_path / "a.csv")
    assert str(caught.value).startswith(f"{tmp_path / 'a.csv'}: ")
    assert "\n" not in str(caught.value)


def test_a_folder_has_no_target(tmp_path):
    save_images(tmp_path / "cat")
    with pytest.raises(DataError, match="is not a table, so leave out --target"):
        load(tmp_path, target="label")


def test_each_row_is_read_as_in_training(tmp_path):
    files = save_images(tmp_path / "images")
    dataset = load(write(tmp_path / "a.csv", [file.name for file in files]))
    (tmp_path / "new.csv").write_text("x,file\n1,003.png\n2,999.png\n3,004\n4,\n")
    first, gone, third, empty = dataset.encoding.read(tmp_path / "new.csv")
    np.testing.assert_array_equal(first.value, decode_image(files[3], (1, 12, 12)))
    np.testing.assert_array_equal(third.value, decode_image(files[4], (1, 12, 12)))
    assert (gone.value, gone.error) == (None, "there is no file '999.png'")
    assert gone.name == f"{tmp_path / 'new.csv'} row 2"
    assert empty.error
