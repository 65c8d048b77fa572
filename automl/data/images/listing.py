"""Images that a table lists: a column of their files, and one of their classes."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from automl.core.errors import DataError
from automl.core.text import count
from automl.data.cells.values import case_twin_notes, missing_texts
from automl.data.folder_layout import SPLIT_WORDS, ClassFile, Layout, is_junk
from automl.data.images.decode import is_image_name
from automl.data.splits import FEW
from automl.data.tables.columns import as_text
from automl.data.tables.roles import check_column
from automl.data.text.encoding import find_label

if TYPE_CHECKING:
    import pandas as pd

SPLIT_NAMES = ("split", "set", "subset", "data set", "dataset", "partition", "usage")
"""Names of columns that may say which split a row is in."""

TRIED = 200
"""Different values of a column that are tried as names of files."""

LONGEST_PATH = 4096
"""Characters of the longest path that a file can have."""

MOST_FOLDERS = 200
"""Folders beside the table that are searched: where there are more, it is somebody's home."""


class ImageFiles:
    """Finds the image files that a table names.

    A name may be an absolute path, or a path that begins in the table's folder, in the folder with
    the table's name, or in another folder beside the table. It may be a path of another machine,
    have backslashes, and lack its suffix.

    Args:
        table: Path of the table.
    """

    def __init__(self, table: Path) -> None:
        self._home = table.absolute().parent
        named = self._home / table.name.partition(".")[0]
        beside = sorted(path for path in self._home.iterdir() if path.is_dir())
        self._first = (self._home, named)
        self._others = tuple(path for path in beside if path != named)[:MOST_FOLDERS]
        self._in_folder = cache(_files_by_name)

    def find(self, said: str) -> Path | None:
        """The file, or None if there is none or several folders beside the table have one."""
        exact = self._home / said.strip()
        if _is_file(exact):
            return exact
        names = [name for name in re.split(r"[\\/]+", said.strip()) if name not in ("", ".")]
        for folder in self._first:
            if found := self._below(folder, names):
                return found
        others = [found for folder in self._others if (found := self._below(folder, names))]
        return others[0] if len(others) == 1 else None

    def find_column(self, frame: pd.DataFrame) -> str:
        """The column that names the most files, or else the most names with an image's suffix.

        Raises:
            DataError: There is no such column.
        """
        texts = {str(name): _some_texts(frame[name]) for name in frame.columns}
        found = {name: len(set(map(self.find, each)) - {None}) for name, each in texts.items()}
        named = {name: sum(map(is_image_name, each)) for name, each in texts.items()}
        best = max(texts, key=lambda name: (found[name], named[name]))
        if not found[best] and not named[best]:
            columns = ", ".join(map(repr, list(texts)[:10]))
            raise DataError(f"no column of it names the files of images, of {columns}")
        return best

    def names_most(self, frame: pd.DataFrame) -> bool:
        """Whether most values of some column look like images or name files that do."""
        return any(self._names_images(_some_texts(frame[name])) for name in frame.columns)

    def _names_images(self, texts: Sequence[str]) -> bool:
        if len(texts) < 2 or max(map(len, texts)) > LONGEST_PATH:
            return False
        if 2 * sum(map(is_image_name, texts)) > len(texts):
            return True
        found = set(map(self.find, texts)) - {None}
        return 2 * sum(is_image_name(path.name) for path in found if path) > len(texts)

    def _below(self, folder: Path, names: Sequence[str]) -> Path | None:
        """The file in a folder that matches the longest end of a path."""
        for start in range(len(names)):
            *inner, name = names[start:]
            files = self._in_folder(folder.joinpath(*inner))
            if found := files.get(name) or files.get(name.casefold()):
                return found
        return None


@dataclass(frozen=True)
class Listing:
    """The images that a table lists.

    Args:
        layout: Files of each split, and the classes.
        column: Column that names the files.
    """

    layout: Layout
    column: str


def find_listing(
    frame: pd.DataFrame, table: Path, target: str | None, group: str | None
) -> Listing:
    """The images of a table; rows without a file or a class are left out, which a note says.

    Args:
        frame: The table.
        table: Path of the table, beside which the images are searched for.
        target: Column of the classes; None finds it.
        group: Column that becomes ``ClassFile.name``; None takes the path of the file.

    Raises:
        DataError: A column is missing or unclear, no file is there, or there is only one class.
    """
    names = [str(name) for name in frame.columns]
    if target:
        check_column(names, target, "--target")
    files = ImageFiles(table)
    column = files.find_column(frame.drop(columns=[name for name in (target, group) if name]))
    split = _find_split(frame)
    inputs = [name for name in (column, split, group) if name is not None]
    label = target or find_label(frame, [name for name in names if name not in inputs])
    rows = [
        _ListedImage(*each)
        for each in zip(
            _texts(frame[column]),
            _without_missing(_texts(frame[label])),
            _texts(frame[split]) if split else ["train"] * len(frame),
            _texts(frame[group]) if group else _texts(frame[column]),
            strict=True,
        )
    ]
    guessed = f"predicts {label!r} of the images in {column!r}; --target names another column"
    layout = _lay_out(rows, files, (label, column))
    notes = (*(() if target else (guessed,)), *layout.notes)
    return Listing(Layout(layout.splits, layout.labels, notes), column)


@dataclass(frozen=True)
class _ListedImage:
    file: str
    label: str
    split: str
    name: str


def _lay_out(rows: Sequence[_ListedImage], files: ImageFiles, columns: tuple[str, str]) -> Layout:
    whole = [row for row in rows if row.file and row.label and row.split and row.name]
    found = {row.file: files.find(row.file) for row in whole}
    there = [(row, path) for row in whole if (path := found[row.file])]
    missing = [said for said, path in found.items() if path is None]
    if not there:
        first = f", the first is {missing[0]!r}" if missing else ""
        raise DataError(
            f"none of the {len(missing):,} files of column {columns[1]!r} is there{first}; they "
            "are searched for in the table's folder and in the folders beside it"
        )
    kept, repeated = _drop_repeated(there)
    labels = _sorted({row.label for row, _ in kept})
    if len(labels) < 2:
        only = f", {labels[0]!r}" if labels else ""
        raise DataError(f"column {columns[0]!r} has only one class{only}; at least 2 are needed")
    if 2 * len(labels) > max(len(kept), FEW):
        raise DataError(
            f"column {columns[0]!r} has {len(labels):,} different values in {len(kept):,} images, "
            "which are too many for classes; name the column of classes with --target"
        )
    ids = {label: number for number, label in enumerate(labels)}
    splits: dict[str, list[ClassFile]] = {"train": []}
    for row, path in kept:
        split = SPLIT_WORDS[row.split.lower()]
        splits.setdefault(split, []).append(ClassFile(path, ids[row.label], row.name))
    notes = (
        *_incomplete_notes(len(rows) - len(whole), len(rows), columns),
        *_missing_notes(missing, len(found)),
        *repeated,
        *case_twin_notes(labels),
    )
    return Layout({name: tuple(each) for name, each in splits.items()}, labels, notes)


def _drop_repeated(
    there: Sequence[tuple[_ListedImage, Path]],
) -> tuple[list[tuple[_ListedImage, Path]], tuple[str, ...]]:
    """One row for each file, without files of several classes, and notes on what is left out."""
    first = {path: row for row, path in reversed(there)}
    contrary = {path: row for row, path in there if row.label != first[path].label}
    kept = [(row, path) for row, path in there if row is first[path] and path not in contrary]
    again = len(there) - len(first)
    notes = []
    if contrary:
        path, row = next(iter(contrary.items()))
        notes.append(
            f"left out {count(len(contrary), 'image')} of several classes, the first: "
            f"{row.file!r} is {first[path].label!r} and {row.label!r}"
        )
    elif again:
        repeat = "repeats" if again == 1 else "repeat"
        notes.append(f"{count(again, 'row')} {repeat} a file of another row; each counts once")
    return kept, tuple(notes)


def _incomplete_notes(rows: int, of: int, columns: tuple[str, str]) -> tuple[str, ...]:
    label, file = columns
    return (f"left out {rows:,} of {of:,} rows without {label!r} or {file!r}",) if rows else ()


def _missing_notes(missing: Sequence[str], of: int) -> tuple[str, ...]:
    if not missing:
        return ()
    return (f"{len(missing):,} of {of:,} files are not there, the first: {missing[0]!r}",)


def _find_split(frame: pd.DataFrame) -> str | None:
    """The column that says for every row which split it is in; None if there is none."""
    for name in map(str, frame.columns):
        if name.strip().lower() in SPLIT_NAMES:
            said = {SPLIT_WORDS.get(each.lower()) for each in _texts(frame[name])}
            if None not in said and "train" in said:
                return name
    return None


def _sorted(labels: set[str]) -> tuple[str, ...]:
    """Labels in the order of their numbers, or else of their letters."""
    try:
        return tuple(sorted(labels, key=float))
    except ValueError:
        return tuple(sorted(labels))


def _without_missing(labels: Sequence[str]) -> list[str]:
    missing = missing_texts(labels)
    return ["" if label in missing else label for label in labels]


def _texts(values: pd.Series[Any]) -> list[str]:
    """Texts without spaces around them, empty where a value is missing."""
    texts = as_text(values).astype(object).fillna("")
    return [normalize("NFC", text.strip()) for text in texts]


def _some_texts(values: pd.Series[Any]) -> list[str]:
    different = [text for text in dict.fromkeys(_texts(values)) if text]
    return different[:: max(1, len(different) // TRIED)][:TRIED]


def _files_by_name(folder: Path) -> Mapping[str, Path]:
    """The files of a folder by name, by name in lower case, and by either without the suffix.

    Only images are found without their suffix, and only where one image has that name.
    """
    try:
        files = sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_file())
    except (OSError, ValueError):
        return {}
    files = [path for path in files if not is_junk(path, folder)]
    images = [path for path in files if is_image_name(path.name)]
    stems = Counter(path.stem for path in images)
    named = {path.stem: path for path in images if stems[path.stem] == 1}
    lower = {name.casefold(): path for name, path in named.items()}
    whole = {path.name: path for path in files}
    return {**lower, **named, **{path.name.casefold(): path for path in files}, **whole}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # the name is too long, or has a zero byte
        return False
