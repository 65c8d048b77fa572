"""Which files of a folder are examples of which class, in which split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import DataError

SPLIT_FOLDERS = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}


@dataclass(frozen=True)
class ClassFile:
    """An example.

    Args:
        path: The file.
        target: Its class, an index into the layout's labels.
        name: Its path below the folder of its class, with ``/`` on every machine.
    """

    path: Path
    target: int
    name: str


@dataclass(frozen=True)
class Layout:
    """The files of each split.

    Args:
        splits: Split name -> its files, ``train`` at least, in an order that is the same on
            every machine.
        labels: Class names, sorted; the same in every split.
    """

    splits: Mapping[str, tuple[ClassFile, ...]]
    labels: tuple[str, ...]


def find_layout(root: Path, example: str) -> Layout:
    """Look through ``root/CLASS/…`` or ``root/{train,val,test}/CLASS/…``.

    Every file below a class's folder counts as one of its examples; hidden ones do not.

    Args:
        root: The folder.
        example: What a file might be called, for messages: ``"image.png"``.

    Raises:
        DataError: It is laid out in neither way, or has one class only.
        OSError: A folder cannot be read.
    """
    if not root.exists():
        raise DataError("there is no such folder")
    if not root.is_dir():
        raise DataError(f"this is a file, but a folder is needed; {_lay_out(example)}")
    classes = {
        split: _class_folders(folder, example) for split, folder in _split_folders(root).items()
    }
    labels = tuple(classes["train"])
    if len(labels) < 2:
        raise DataError(f"there is one class only, {labels[0]!r}, but at least 2 are needed")
    for split, folders in classes.items():
        _check_same_classes(split, set(labels), set(folders))
    return Layout({split: _files(folders) for split, folders in classes.items()}, labels)


def _split_folders(root: Path) -> Mapping[str, Path]:
    """The folder of each split; the root itself is ``train`` where its folders are classes.

    They are splits if ``train`` holds folders, or if there is no folder of another name: a class
    may well be called "train".
    """
    folders = _folders(root)
    splits = {
        SPLIT_FOLDERS[name.lower()]: folder
        for name, folder in folders.items()
        if name.lower() in SPLIT_FOLDERS
    }
    if "train" in splits and (_folders(splits["train"]) or len(splits) == len(folders)):
        return splits
    if splits and len(splits) == len(folders):
        raise DataError(f"there is {' and '.join(folders)}, but no folder 'train'")
    return {"train": root}


def _class_folders(folder: Path, example: str) -> Mapping[str, Path]:
    folders = _folders(folder)
    if not folders:
        found = "has files, but no folders" if any(folder.iterdir()) else "is empty"
        raise DataError(f"the folder {folder.name!r} {found}; {_lay_out(example)}")
    return folders


def _lay_out(example: str) -> str:
    return f"put the files of each class into a folder of their own: CLASS/{example}"


def _check_same_classes(split: str, expected: set[str], found: set[str]) -> None:
    for name in sorted(expected ^ found):
        has, lacks = ("train", split) if name in expected else (split, "train")
        raise DataError(
            f"class {name!r} is in {has}, but not in {lacks}; every split needs the same classes"
        )


def _folders(folder: Path) -> Mapping[str, Path]:
    """Name -> path of the folders in ``folder``, sorted, without hidden ones."""
    paths = sorted(folder.iterdir())
    return {path.name: path for path in paths if path.is_dir() and not _is_hidden(path, folder)}


def _files(class_folders: Mapping[str, Path]) -> tuple[ClassFile, ...]:
    return tuple(
        ClassFile(path, target, path.relative_to(folder).as_posix())
        for target, folder in enumerate(class_folders.values())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_hidden(path, folder)
    )


def _is_hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)
